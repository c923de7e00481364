package dev.needzero.report;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import javax.imageio.ImageIO;
import org.jfree.chart.title.TextTitle;
import org.jfree.chart.ui.HorizontalAlignment;
import org.jfree.svg.SVGGraphics2D;

/** What all charts share: their look, and how they become SVG or PNG. */
final class ChartFile {
    static final String FONT = "SansSerif";
    static final Color INK = new Color(0x22, 0x2b, 0x33);
    static final Color FAINT = new Color(0xe3, 0xe7, 0xea);

    private static final int PNG_SCALE = 2;

    static {
        System.setProperty("java.awt.headless", "true");
    }

    private ChartFile() {}

    static void svg(Consumer<Graphics2D> drawing, int width, int height, OutputStream out) throws IOException {
        SVGGraphics2D g = new SVGGraphics2D(width, height);
        g.setDefsKeyPrefix("needzero");
        g.setGeomDoubleConverter(ChartFile::tenths);
        g.setTransformDoubleConverter(ChartFile::tenths);
        drawing.accept(g);
        out.write(g.getSVGDocument().getBytes(StandardCharsets.UTF_8));
    }

    private static String tenths(double points) {
        return Double.toString(Math.round(points * 10) / 10.0);
    }

    static void png(Consumer<Graphics2D> drawing, int width, int height, OutputStream out) throws IOException {
        BufferedImage image = new BufferedImage(width * PNG_SCALE, height * PNG_SCALE, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        g.scale(PNG_SCALE, PNG_SCALE);
        drawing.accept(g);
        g.dispose();
        ImageIO.write(image, "png", out);
    }

    static TextTitle heading(String title) {
        TextTitle heading = new TextTitle(title, new Font(FONT, Font.BOLD, 17));
        heading.setPaint(INK);
        heading.setHorizontalAlignment(HorizontalAlignment.LEFT);
        heading.setPadding(10, 14, 6, 10);
        return heading;
    }
}
