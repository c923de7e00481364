package dev.needzero.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.io.IOException;
import java.io.OutputStream;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.annotations.XYTextAnnotation;
import org.jfree.chart.axis.CategoryAxis;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.SymbolAxis;
import org.jfree.chart.block.BlockBorder;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.plot.Plot;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.LookupPaintScale;
import org.jfree.chart.renderer.category.LineAndShapeRenderer;
import org.jfree.chart.renderer.xy.XYBlockRenderer;
import org.jfree.chart.title.LegendTitle;
import org.jfree.chart.ui.HorizontalAlignment;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.data.category.DefaultCategoryDataset;
import org.jfree.data.xy.DefaultXYZDataset;

/**
 * A sweep's metric over its grid. The first key's values run from left to right; every combination of the others, and of
 * traces, is a line where they are few and the values are numbers or versions, else a row of a heat map.
 */
public final class SweepChart implements Picture {
    private static final int MOST_WORDS = 600;
    private static final int CELL_WIDTH = 86;
    private static final int CELL_HEIGHT = 26;

    /** From little to much, light to dark, in an order that shades of grey keep. */
    private static final Color[] HEAT = {
        new Color(0xff, 0xf7, 0xd6),
        new Color(0xfd, 0xc8, 0x6b),
        new Color(0xf0, 0x7a, 0x3a),
        new Color(0xb8, 0x2b, 0x3b),
        new Color(0x4b, 0x0f, 0x3c)
    };

    private final SweepResult result;
    private final String title;
    private final String key;
    private final List<String> across;
    /** By what the other keys and the trace are, the metric by the first key's value. */
    private final Map<String, Map<String, Double>> lines = new LinkedHashMap<>();

    public SweepChart(SweepResult result) {
        this.result = result;
        Set<String> traces = new LinkedHashSet<>();
        result.rows().forEach(row -> traces.add(row.trace()));
        this.key = result.rows().get(0).vary().keySet().iterator().next();
        Set<String> values = new LinkedHashSet<>();
        for (SweepRow row : result.rows()) {
            values.add(row.vary().get(key));
            StringBuilder name = new StringBuilder(traces.size() > 1 ? shortened(row.trace()) : "");
            row.vary().forEach((k, value) -> {
                if (!k.equals(key)) {
                    name.append(name.isEmpty() ? "" : ", ")
                            .append(k)
                            .append(' ')
                            .append(value);
                }
            });
            Map<String, Double> line = lines.computeIfAbsent(name.toString(), n -> new LinkedHashMap<>());
            if (row.figures().get(result.metric()) != null) {
                line.put(row.vary().get(key), result.value(row));
            }
        }
        this.across = List.copyOf(values);
        this.title = result.metric()
                + (traces.size() == 1 ? " of " + shortened(traces.iterator().next()) : "");
    }

    private static String shortened(String trace) {
        return trace.replaceFirst("^.*/", "").replaceFirst("\\.trace(\\.gz|\\.zst)?$", "");
    }

    @Override
    public void svg(OutputStream out) throws IOException {
        ChartFile.svg(this::draw, width(), height(), out);
    }

    @Override
    public void png(OutputStream out) throws IOException {
        ChartFile.png(this::draw, width(), height(), out);
    }

    private void draw(Graphics2D g) {
        JFreeChart chart = areLines() ? chart(linePlot(), lines.size() > 1) : chart(heatPlot(), false);
        chart.draw(g, new Rectangle2D.Double(0, 0, width(), height()));
    }

    private boolean areLines() {
        return across.size() > 2
                && lines.size() <= RssChart.LINES.length
                && across.stream().allMatch(value -> value.matches("\\d[\\d.]*\\w*%?"));
    }

    private int width() {
        int names = lines.keySet().stream().mapToInt(String::length).max().orElse(0);
        return areLines() ? 960 : Math.max(480, 90 + 7 * names + CELL_WIDTH * across.size());
    }

    private int height() {
        return areLines() ? 480 : 120 + CELL_HEIGHT * lines.size();
    }

    private JFreeChart chart(Plot plot, boolean legend) {
        plot.setBackgroundPaint(Color.WHITE);
        plot.setOutlineVisible(false);
        plot.setInsets(new RectangleInsets(4, 4, 4, 16));
        JFreeChart chart = new JFreeChart(null, JFreeChart.DEFAULT_TITLE_FONT, plot, legend);
        chart.setBackgroundPaint(Color.WHITE);
        chart.setTitle(ChartFile.heading(title));
        if (legend) {
            LegendTitle lineNames = chart.getLegend();
            lineNames.setItemFont(font(13));
            lineNames.setItemPaint(ChartFile.INK);
            lineNames.setPosition(RectangleEdge.TOP);
            lineNames.setHorizontalAlignment(HorizontalAlignment.LEFT);
            lineNames.setFrame(BlockBorder.NONE);
            lineNames.setPadding(0, 8, 6, 8);
        }
        return chart;
    }

    private static Font font(int points) {
        return new Font(ChartFile.FONT, Font.PLAIN, points);
    }

    private double scale() {
        return result.bytes() ? 1 << 20 : 1;
    }

    // ---- lines

    private CategoryPlot linePlot() {
        DefaultCategoryDataset data = new DefaultCategoryDataset();
        lines.forEach((name, line) -> across.forEach(value -> {
            Double metric = line.get(value);
            data.addValue(metric == null ? null : metric / scale(), name, value);
        }));
        CategoryAxis x = new CategoryAxis(key);
        x.setLabelFont(font(13));
        x.setTickLabelFont(font(12));
        x.setLabelPaint(ChartFile.INK);
        x.setTickLabelPaint(ChartFile.INK);
        x.setAxisLinePaint(ChartFile.FAINT);
        NumberAxis y = new NumberAxis(result.metric() + (result.bytes() ? ", MiB" : ""));
        y.setLabelFont(font(13));
        y.setTickLabelFont(font(12));
        y.setLabelPaint(ChartFile.INK);
        y.setTickLabelPaint(ChartFile.INK);
        y.setAxisLineVisible(false);
        y.setAutoRangeIncludesZero(true);
        y.setNumberFormatOverride(new DecimalFormat("#,##0.###", DecimalFormatSymbols.getInstance(Locale.ROOT)));
        LineAndShapeRenderer pens = new LineAndShapeRenderer(true, true);
        for (int i = 0; i < lines.size(); i++) {
            pens.setSeriesPaint(i, RssChart.LINES[i]);
            pens.setSeriesStroke(i, new BasicStroke(2.2f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        }
        CategoryPlot plot = new CategoryPlot(data, x, y, pens);
        plot.setRangeGridlinePaint(ChartFile.FAINT);
        plot.setRangeGridlineStroke(new BasicStroke(1));
        return plot;
    }

    // ---- heat map

    private XYPlot heatPlot() {
        List<String> names = new ArrayList<>(lines.keySet());
        List<double[]> points = new ArrayList<>();
        double least = Double.MAX_VALUE;
        double most = -Double.MAX_VALUE;
        for (int row = 0; row < names.size(); row++) {
            for (int column = 0; column < across.size(); column++) {
                Double metric = lines.get(names.get(row)).get(across.get(column));
                if (metric != null) {
                    points.add(new double[] {column, row, metric});
                    least = Math.min(least, metric);
                    most = Math.max(most, metric);
                }
            }
        }
        double[][] columns = new double[3][points.size()];
        for (int i = 0; i < points.size(); i++) {
            for (int k = 0; k < 3; k++) {
                columns[k][i] = points.get(i)[k];
            }
        }
        DefaultXYZDataset data = new DefaultXYZDataset();
        data.addSeries(result.metric(), columns);
        XYBlockRenderer blocks = new XYBlockRenderer();
        blocks.setPaintScale(heat(least, most));
        SymbolAxis y = symbols("", names);
        y.setInverted(true);
        XYPlot plot = new XYPlot(data, symbols(key, across), y, blocks);
        plot.setDomainGridlinesVisible(false);
        plot.setRangeGridlinesVisible(false);
        plot.setAxisOffset(RectangleInsets.ZERO_INSETS);
        if (points.size() <= MOST_WORDS) {
            for (double[] point : points) {
                XYTextAnnotation words = new XYTextAnnotation(result.format(point[2]), point[0], point[1]);
                words.setFont(font(11));
                words.setPaint(most > least && (point[2] - least) / (most - least) > 0.5 ? Color.WHITE : ChartFile.INK);
                plot.addAnnotation(words);
            }
        }
        return plot;
    }

    private static SymbolAxis symbols(String label, List<String> names) {
        SymbolAxis axis = new SymbolAxis(label, names.toArray(String[]::new));
        axis.setGridBandsVisible(false);
        axis.setLabelFont(font(13));
        axis.setTickLabelFont(font(12));
        axis.setLabelPaint(ChartFile.INK);
        axis.setTickLabelPaint(ChartFile.INK);
        axis.setAxisLineVisible(false);
        axis.setTickMarksVisible(false);
        axis.setRange(-0.5, names.size() - 0.5);
        return axis;
    }

    private static LookupPaintScale heat(double least, double most) {
        double top = most > least ? most : least + 1;
        LookupPaintScale scale = new LookupPaintScale(least, top, HEAT[0]);
        int steps = 64;
        for (int i = 0; i < steps; i++) {
            double at = (double) i / (steps - 1) * (HEAT.length - 1);
            Color low = HEAT[(int) at];
            Color high = HEAT[Math.min((int) at + 1, HEAT.length - 1)];
            scale.add(least + (top - least) * i / steps, between(low, high, at - (int) at));
        }
        return scale;
    }

    private static Color between(Color low, Color high, double share) {
        return new Color(
                (int) Math.round(low.getRed() + share * (high.getRed() - low.getRed())),
                (int) Math.round(low.getGreen() + share * (high.getGreen() - low.getGreen())),
                (int) Math.round(low.getBlue() + share * (high.getBlue() - low.getBlue())));
    }
}
