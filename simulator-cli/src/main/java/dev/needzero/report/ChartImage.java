package dev.needzero.report;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import javax.imageio.ImageIO;
import org.jfree.chart.JFreeChart;
import org.jfree.svg.SVGGraphics2D;

/** A chart of a size in points, as SVG text or as PNG with two pixels a point; no screen is needed. */
final class ChartImage {
    static final String FONT = "SansSerif";
    static final Color INK = new Color(0x22, 0x2b, 0x33);
    static final Color FAINT = new Color(0xe3, 0xe7, 0xea);
    private static final int PNG_SCALE = 2;

    /** Okabe and Ito's palette, which the colour-blind can tell apart. */
    private static final Color[] LINES = {
        new Color(0x00, 0x72, 0xb2),
        new Color(0xd5, 0x5e, 0x00),
        new Color(0x00, 0x9e, 0x73),
        new Color(0xcc, 0x79, 0xa7),
        new Color(0xb0, 0x8a, 0x00),
        new Color(0x56, 0xb4, 0xe9),
        new Color(0x55, 0x55, 0x55)
    };

    static {
        System.setProperty("java.awt.headless", "true");
    }

    private final JFreeChart chart;
    private final int width;
    private final int height;

    ChartImage(JFreeChart chart, int width, int height) {
        this.chart = chart;
        this.width = width;
        this.height = height;
    }

    /** The colour of the {@code i}th line; it comes back after the last. */
    static Color line(int i) {
        return LINES[i % LINES.length];
    }

    void svg(OutputStream out) throws IOException {
        SVGGraphics2D g = new SVGGraphics2D(width, height);
        g.setDefsKeyPrefix("needzero");
        g.setGeomDoubleConverter(ChartImage::tenths);
        g.setTransformDoubleConverter(ChartImage::tenths);
        chart.draw(g, new Rectangle2D.Double(0, 0, width, height));
        out.write(g.getSVGDocument().getBytes(StandardCharsets.UTF_8));
    }

    private static String tenths(double points) {
        return Double.toString(Math.round(points * 10) / 10.0);
    }

    void png(OutputStream out) throws IOException {
        BufferedImage image = new BufferedImage(width * PNG_SCALE, height * PNG_SCALE, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        g.scale(PNG_SCALE, PNG_SCALE);
        chart.draw(g, new Rectangle2D.Double(0, 0, width, height));
        g.dispose();
        ImageIO.write(image, "png", out);
    }
}
