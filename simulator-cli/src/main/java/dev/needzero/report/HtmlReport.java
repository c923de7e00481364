package dev.needzero.report;

import dev.needzero.report.ReportData.Checkpoint;
import dev.needzero.report.ReportData.CommittedBy;
import dev.needzero.report.ReportData.PageMap;
import dev.needzero.report.ReportData.Run;
import dev.needzero.report.ReportData.Samples;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/**
 * One HTML file that opens from disk and needs nothing else: markup, style and script are resources beside this class,
 * put together here with the data. Numbers and page maps travel deflated, in base64, and are unpacked by the browser.
 */
public final class HtmlReport {
    /** Points kept of each time line: more than a wide screen has pixels. */
    static final int MAX_SAMPLES = 2400;

    private static final String[] SCRIPTS = {"base.js", "frames.js", "chart.js", "pagemap.js", "tables.js", "report.js"
    };

    private HtmlReport() {}

    public static String of(ReportData data) {
        StringBuilder blobs = new StringBuilder();
        blob(blobs, "data", JsonText.of(json(data)).getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < data.runs().size(); i++) {
            PageMap map = data.runs().get(i).pageMap();
            if (map != null) {
                blob(blobs, "map-" + i, map.encoded());
            }
        }
        StringBuilder script = new StringBuilder();
        for (String name : SCRIPTS) {
            script.append(resource(name));
        }
        return resource("report.html")
                .replace("{{title}}", escape(data.title()))
                .replace("{{subtitle}}", escape(data.subtitle()))
                .replace("{{headline}}", escape(Headline.of(data)))
                .replace("{{style}}", resource("report.css"))
                .replace("{{script}}", script)
                .replace("{{data}}", blobs);
    }

    private static Map<String, Object> json(ReportData data) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("hasClock", data.hasClock());
        map.put("runs", data.runs().stream().map(HtmlReport::json).toList());
        map.put("verdicts", data.verdicts());
        map.put("assumptions", data.assumptions());
        return map;
    }

    private static Map<String, Object> json(Run run) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("label", run.label());
        map.put("samples", json(run.samples()));
        map.put("gc", list(run.gcTimes()));
        map.put("checkpoints", run.checkpoints().stream().map(HtmlReport::json).toList());
        CommittedBy by = run.committedBy();
        map.put("committedBy", List.of(by.programBytes(), by.zeroingBytes(), by.runtimeBytes(), by.hugePageBytes()));
        map.put(
                "spanClasses",
                run.spanClasses().stream()
                        .map(u -> List.of(
                                u.name(), u.objectBytes(), u.spans(), u.spanBytes(), u.objects(), u.requestedBytes()))
                        .toList());
        map.put(
                "types",
                run.types().stream()
                        .map(u -> List.of(u.type(), u.objects(), u.bytes()))
                        .toList());
        map.put("map", run.pageMap() == null ? null : json(run.pageMap()));
        return map;
    }

    private static Map<String, Object> json(Checkpoint checkpoint) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", checkpoint.name());
        map.put("time", checkpoint.time());
        map.put("rss", checkpoint.rssBytes());
        map.put("mapped", checkpoint.mappedBytes());
        map.put("go", checkpoint.goHeapBytes());
        return map;
    }

    private static Map<String, Object> json(PageMap pages) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("base", pages.baseAddress());
        map.put("osPages", pages.osPages());
        map.put("times", list(pages.times()));
        map.put("events", pages.events());
        map.put("strings", pages.strings());
        return map;
    }

    private static Map<String, Object> json(Samples samples) {
        int[] kept = kept(samples);
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("time", pick(samples.times(), kept));
        map.put("rss", pick(samples.rssBytes(), kept));
        map.put("mapped", pick(samples.mappedBytes(), kept));
        map.put("go", pick(samples.goHeapBytes(), kept));
        map.put("goal", pick(samples.goalBytes(), kept));
        return map;
    }

    /**
     * Which samples to draw: all, or of each equal stretch the ones with the least and the most resident memory, so that
     * no peak is lost; first and last always.
     */
    static int[] kept(Samples samples) {
        int n = samples.times().length;
        if (n <= MAX_SAMPLES) {
            int[] all = new int[n];
            Arrays.setAll(all, i -> i);
            return all;
        }
        boolean[] keep = new boolean[n];
        keep[0] = true;
        keep[n - 1] = true;
        int stretches = (MAX_SAMPLES - 2) / 2;
        for (int s = 0; s < stretches; s++) {
            int from = Math.toIntExact((long) n * s / stretches);
            int to = Math.toIntExact((long) n * (s + 1) / stretches);
            int least = from;
            int most = from;
            for (int i = from; i < to; i++) {
                least = samples.rssBytes()[i] < samples.rssBytes()[least] ? i : least;
                most = samples.rssBytes()[i] > samples.rssBytes()[most] ? i : most;
            }
            keep[least] = true;
            keep[most] = true;
        }
        int[] indices = new int[n];
        int count = 0;
        for (int i = 0; i < n; i++) {
            if (keep[i]) {
                indices[count++] = i;
            }
        }
        return Arrays.copyOf(indices, count);
    }

    private static List<Long> pick(long[] values, int[] indices) {
        return Arrays.stream(indices).mapToObj(i -> values[i]).toList();
    }

    private static List<Long> list(long[] values) {
        return Arrays.stream(values).boxed().toList();
    }

    private static void blob(StringBuilder out, String id, byte[] content) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
        try (DeflaterOutputStream deflate = new DeflaterOutputStream(packed, deflater)) {
            deflate.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            deflater.end();
        }
        out.append("<script type=\"application/base64\" id=\"").append(id).append("\">");
        out.append(Base64.getEncoder().encodeToString(packed.toByteArray())).append("</script>\n");
    }

    private static String resource(String name) {
        String path = "report/" + name;
        try (InputStream in = HtmlReport.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException("resource " + path + " is missing from the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
