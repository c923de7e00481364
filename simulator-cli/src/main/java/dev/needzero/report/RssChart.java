package dev.needzero.report;

import dev.needzero.experiment.ObservedRss;
import dev.needzero.experiment.TimeLine;
import dev.needzero.units.ByteSize;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.io.IOException;
import java.io.OutputStream;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.List;
import java.util.Locale;
import java.util.function.IntToLongFunction;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.LegendItemSource;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.plot.CombinedDomainXYPlot;
import org.jfree.chart.plot.SeriesRenderingOrder;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.chart.title.LegendTitle;
import org.jfree.chart.ui.HorizontalAlignment;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;

/**
 * Memory over time, one line a run, in two panels on one scale: what the kernel counts above, what Go counts below. Where
 * the upper lines part and the lower ones do not, Go's metrics cannot explain the difference.
 */
public final class RssChart implements Picture {
    private static final int WIDTH = 960;
    private static final int HEIGHT = 600;
    /** Okabe and Ito's palette, which the colour-blind can tell apart. */
    static final Color[] LINES = {
        new Color(0x00, 0x72, 0xb2),
        new Color(0xd5, 0x5e, 0x00),
        new Color(0x00, 0x9e, 0x73),
        new Color(0xcc, 0x79, 0xa7),
        new Color(0xb0, 0x8a, 0x00),
        new Color(0x56, 0xb4, 0xe9),
        new Color(0x55, 0x55, 0x55)
    };

    private final String title;
    private final List<Run> runs;

    public RssChart(String title, List<Run> runs) {
        this.title = title;
        this.runs = runs;
    }

    @Override
    public void svg(OutputStream out) throws IOException {
        ChartFile.svg(this::draw, WIDTH, HEIGHT, out);
    }

    @Override
    public void png(OutputStream out) throws IOException {
        ChartFile.png(this::draw, WIDTH, HEIGHT, out);
    }

    private void draw(Graphics2D g) {
        chart().draw(g, new Rectangle2D.Double(0, 0, WIDTH, HEIGHT));
    }

    private JFreeChart chart() {
        NumberAxis time = axis(hasClock() ? "seconds of the recording" : "events replayed");
        CombinedDomainXYPlot panels = new CombinedDomainXYPlot(time);
        panels.setGap(18);
        double top = top();
        panels.add(panel("resident memory (kernel), MiB", true, top), 1);
        panels.add(panel("in use (Go's metrics), MiB", false, top), 1);
        panels.setInsets(new RectangleInsets(4, 4, 4, 16));
        JFreeChart chart = new JFreeChart(null, JFreeChart.DEFAULT_TITLE_FONT, panels, false);
        chart.setBackgroundPaint(Color.WHITE);
        chart.setTitle(ChartFile.heading(title));
        LegendTitle legend = new LegendTitle(panels);
        legend.setSources(new LegendItemSource[] {panels.getSubplots().get(0)});
        legend.setItemFont(new Font(ChartFile.FONT, Font.PLAIN, 13));
        legend.setItemPaint(ChartFile.INK);
        legend.setPosition(RectangleEdge.TOP);
        legend.setHorizontalAlignment(HorizontalAlignment.LEFT);
        legend.setPadding(0, 8, 6, 8);
        chart.addLegend(legend);
        return chart;
    }

    private double top() {
        long most = Math.max(1, observed().peakBytes());
        for (Run run : runs) {
            most = Math.max(most, run.os().peakRssBytes());
            most = Math.max(most, run.peakGoInUseBytes());
        }
        return 1.06 * most / (1 << 20);
    }

    private XYPlot panel(String label, boolean kernel, double top) {
        XYSeriesCollection lines = new XYSeriesCollection();
        XYLineAndShapeRenderer pens = new XYLineAndShapeRenderer(true, false);
        pens.setDrawSeriesLineAsPath(true);
        for (int i = 0; i < runs.size(); i++) {
            Run run = runs.get(i);
            TimeLine t = run.timeLine();
            lines.addSeries(series(run, kernel ? t::rssBytes : t::goInUseBytes));
            pens.setSeriesPaint(i, LINES[i % LINES.length]);
            pens.setSeriesStroke(i, pen(i));
            pens.setSeriesShapesVisible(i, false);
        }
        if (kernel && observed().size() > 0) {
            lines.addSeries(observedSeries());
            pens.setSeriesPaint(runs.size(), ChartFile.INK);
            pens.setSeriesStroke(runs.size(), new BasicStroke(1.6f));
            pens.setSeriesShapesVisible(runs.size(), false);
        }
        pens.setLegendLine(new Line2D.Double(-14, 0, 14, 0));
        NumberAxis memory = axis(label);
        memory.setRange(0, top);
        XYPlot panel = new XYPlot(lines, null, memory, pens);
        panel.setBackgroundPaint(Color.WHITE);
        panel.setSeriesRenderingOrder(SeriesRenderingOrder.FORWARD);
        panel.setOutlineVisible(false);
        panel.setRangeGridlinePaint(ChartFile.FAINT);
        panel.setRangeGridlineStroke(new BasicStroke(1));
        panel.setDomainGridlinesVisible(false);
        return panel;
    }

    /** Later lines are thinner and dashed, so that one that runs under another can be seen. */
    private BasicStroke pen(int i) {
        float width = Math.max(1.6f, 3.6f - 0.7f * i);
        return i < 2
                ? new BasicStroke(width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND)
                : new BasicStroke(
                        width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, new float[] {4f + 3 * i, 4}, 7 * i);
    }

    private XYSeries series(Run run, IntToLongFunction bytes) {
        XYSeries series = new XYSeries(
                "Go " + run.label() + ": peak " + ByteSize.format(run.os().peakRssBytes()) + "   ", false, true);
        TimeLine t = run.timeLine();
        boolean clock = hasClock();
        for (int i = 0; i < t.size(); i++) {
            series.add(clock ? t.timeNanos(i) / 1e9 : t.event(i), bytes.applyAsLong(i) / (double) (1 << 20));
        }
        return series;
    }

    private ObservedRss observed() {
        return runs.get(0).replay().observedRss();
    }

    /** What the recorder saw, drawn in black beside the twins. */
    private XYSeries observedSeries() {
        ObservedRss seen = observed();
        XYSeries series = new XYSeries(
                "really, all of the process: peak " + ByteSize.format(seen.peakBytes()) + "   ", false, true);
        boolean clock = hasClock();
        for (int i = 0; i < seen.size(); i++) {
            series.add(clock ? seen.timeNanos(i) / 1e9 : seen.event(i), seen.bytes(i) / (double) (1 << 20));
        }
        return series;
    }

    private boolean hasClock() {
        TimeLine t = runs.get(0).timeLine();
        return t.timeNanos(t.size() - 1) > 0;
    }

    static NumberAxis axis(String label) {
        NumberAxis axis = new NumberAxis(label);
        axis.setLabelFont(new Font(ChartFile.FONT, Font.PLAIN, 13));
        axis.setTickLabelFont(new Font(ChartFile.FONT, Font.PLAIN, 12));
        axis.setLabelPaint(ChartFile.INK);
        axis.setTickLabelPaint(ChartFile.INK);
        axis.setAxisLinePaint(ChartFile.FAINT);
        axis.setTickMarksVisible(false);
        axis.setLowerMargin(0);
        axis.setUpperMargin(0);
        axis.setNumberFormatOverride(new DecimalFormat("#,##0.###", DecimalFormatSymbols.getInstance(Locale.ROOT)));
        return axis;
    }
}
