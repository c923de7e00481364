package dev.needzero.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.report.ReportData.Samples;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class HtmlReportTest {
    @Test
    void noPlaceholderIsLeftAndNothingIsFetched() {
        String html = HtmlReport.of(ReportSamples.twoVersions());
        assertFalse(html.contains("{{"));
        assertFalse(html.matches("(?s).*(src|href)=\"(https?:)?//.*"));
    }

    @Test
    void namesFromATraceAreText() {
        String html = HtmlReport.of(ReportSamples.twoVersions());
        assertTrue(html.contains("for tests &lt;of this report&gt;"));
        assertFalse(html.contains("<of this report>"));
    }

    @Test
    void jsonCannotEndTheScriptThatHoldsIt() {
        assertEquals("{\"a\":\"\\u003c/script\\u003e\",\"b\":[1,true,null]}", JsonText.of(sortedMap()));
    }

    private static Map<String, Object> sortedMap() {
        return new TreeMap<>(Map.of("a", "</script>", "b", Arrays.asList(1L, true, null)));
    }

    @Test
    void manySamplesAreThinnedAndNoPeakIsLost() {
        int n = 100_000;
        long[] rss = new long[n];
        rss[77_777] = 5;
        rss[33_333] = -5;
        long[] none = new long[n];
        int[] kept = HtmlReport.kept(new Samples(none, rss, none, none, none));
        assertTrue(kept.length <= HtmlReport.MAX_SAMPLES);
        List<Integer> list = Arrays.stream(kept).boxed().toList();
        assertTrue(list.containsAll(List.of(0, 33_333, 77_777, n - 1)));
        assertEquals(list.stream().sorted().distinct().toList(), list);
    }

    @Test
    void theHeadlineComparesWithTheFirstRun() {
        String headline = Headline.of(ReportSamples.twoVersions());
        assertTrue(headline.matches("Go 1\\.24 ends with .* resident, .*% more than Go 1\\.23 .*"), headline);
        assertTrue(headline.contains("Go's own metrics put the two 0.0% apart"), headline);
    }

    @Test
    void oneRunIsNotCompared() {
        assertTrue(Headline.of(ReportSamples.oneVersion()).startsWith("Go 1.24 peaks at "));
    }
}
