package dev.needzero.report;

import dev.needzero.experiment.Histogram;
import dev.needzero.experiment.Lifetimes;
import dev.needzero.experiment.TraceSummary;
import dev.needzero.units.ByteSize;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.io.IOException;
import java.io.OutputStream;
import java.util.function.LongFunction;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.CategoryAxis;
import org.jfree.chart.axis.CategoryLabelPositions;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.renderer.category.BarRenderer;
import org.jfree.chart.renderer.category.StandardBarPainter;
import org.jfree.data.category.DefaultCategoryDataset;

/** How large a trace's objects are and how long they live: histograms one above the other, a bar for each doubling. */
public final class SummaryChart implements Picture {
    private static final int WIDTH = 960;
    private static final int PANEL_HEIGHT = 260;
    private static final Color BAR = new Color(0x00, 0x72, 0xb2);

    private final String title;
    private final TraceSummary summary;

    public SummaryChart(String title, TraceSummary summary) {
        this.title = title;
        this.summary = summary;
    }

    @Override
    public void svg(OutputStream out) throws IOException {
        ChartFile.svg(this::draw, WIDTH, height(), out);
    }

    @Override
    public void png(OutputStream out) throws IOException {
        ChartFile.png(this::draw, WIDTH, height(), out);
    }

    private int height() {
        return panels() * PANEL_HEIGHT;
    }

    private boolean hasClock() {
        return summary.spanNanos() > 0;
    }

    private int panels() {
        return hasClock() ? 3 : 2;
    }

    private void draw(Graphics2D g) {
        g.setColor(Color.WHITE);
        g.fill(new Rectangle2D.Double(0, 0, WIDTH, height()));
        Lifetimes lives = summary.lifetimes();
        panel(g, 0, title, "size" + (summary.info().placed() ? " of the slot" : ""), lives.sizes(), ByteSize::format);
        String death = summary.info().exactFrees() ? "" : " (until swept)";
        panel(g, 1, "", "bytes allocated during a lifetime" + death, lives.inBytes(), ByteSize::format);
        if (hasClock()) {
            panel(g, 2, "", "lifetime" + death, lives.inNanos(), SummaryReport::time);
        }
    }

    private static void panel(
            Graphics2D g, int row, String title, String label, Histogram histogram, LongFunction<String> from) {
        DefaultCategoryDataset bars = new DefaultCategoryDataset();
        for (int b = histogram.lowest(); b <= histogram.highest(); b++) {
            bars.addValue(histogram.count(b), "objects", from.apply(Histogram.from(b)));
        }
        CategoryAxis values = new CategoryAxis(label + ", each bar up to the next");
        values.setCategoryLabelPositions(CategoryLabelPositions.UP_45);
        values.setCategoryMargin(0.08);
        values.setLowerMargin(0.01);
        values.setUpperMargin(0.01);
        values.setLabelFont(new Font(ChartFile.FONT, Font.PLAIN, 13));
        values.setTickLabelFont(new Font(ChartFile.FONT, Font.PLAIN, 11));
        values.setLabelPaint(ChartFile.INK);
        values.setTickLabelPaint(ChartFile.INK);
        values.setAxisLinePaint(ChartFile.FAINT);
        NumberAxis objects = RssChart.axis("objects");
        BarRenderer pens = new BarRenderer();
        pens.setBarPainter(new StandardBarPainter());
        pens.setShadowVisible(false);
        pens.setSeriesPaint(0, BAR);
        CategoryPlot plot = new CategoryPlot(bars, values, objects, pens);
        plot.setBackgroundPaint(Color.WHITE);
        plot.setOutlineVisible(false);
        plot.setRangeGridlinePaint(ChartFile.FAINT);
        JFreeChart chart = new JFreeChart(null, JFreeChart.DEFAULT_TITLE_FONT, plot, false);
        chart.setBackgroundPaint(Color.WHITE);
        if (!title.isEmpty()) {
            chart.setTitle(ChartFile.heading(title));
        }
        chart.draw(g, new Rectangle2D.Double(0, row * PANEL_HEIGHT, WIDTH, PANEL_HEIGHT));
    }
}
