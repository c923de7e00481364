package dev.needzero.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.report.PageMapEncoder.Span;
import dev.needzero.report.ReportData.CommittedBy;
import dev.needzero.report.ReportData.Run;
import dev.needzero.report.ReportData.Samples;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The report in a real browser: what it draws, says and answers to. */
class HtmlReportBrowserTest {
    private static final String ZEROING = "213,94,0";
    private static final String PROGRAM = "0,114,178";
    private static final String UNTOUCHED = "210,215,219";

    private static Path scratch;
    private static Chromium browser;

    @BeforeAll
    static void start() throws Exception {
        scratch = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "chromium");
        browser = new Chromium(scratch);
    }

    @AfterAll
    static void stop() throws Exception {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void desktopInLight() throws Exception {
        browser.size(1280, 900);
        browser.colorScheme("light");
    }

    @Test
    void opensWithoutAnErrorAndAsksNothingOfTheNetwork() throws Exception {
        open(ReportSamples.twoVersions());
        assertEquals(List.of(), browser.errors());
        assertTrue(browser.requestedUrls().stream().allMatch(u -> u.matches("(file|data|blob):.*")));
        assertEquals("true", browser.eval("document.getElementById('failure').hidden"));
    }

    @Test
    void theSliderMovesTheMap() throws Exception {
        open(tiny());
        assertEquals(ZEROING, pixelOfPage(0, 5));
        browser.eval("document.getElementById('time').focus()");
        browser.press("ArrowLeft", 37);
        assertEquals(PROGRAM, pixelOfPage(0, 5));
        browser.press("ArrowLeft", 37);
        assertEquals(UNTOUCHED, pixelOfPage(0, 5));
        browser.press("End", 35);
        assertEquals(ZEROING, pixelOfPage(0, 5));
        assertTrue(text("#now").contains("cleared"));
        assertTrue(browser.eval("document.getElementById('time').getAttribute('aria-valuetext')")
                .contains("cleared"));
    }

    @Test
    void hoverSaysWhatAPageIs() throws Exception {
        open(tiny());
        hover(0, 5);
        String tooltip = text("#tooltip");
        assertTrue(tooltip.contains("zeroing: resident, the allocator wrote zeros here"), tooltip);
        assertTrue(tooltip.contains("span of 2 pages (16.0 KiB): size class 24: 288 B objects, scan"), tooltip);
        assertTrue(tooltip.contains("type main.node"), tooltip);
        assertTrue(tooltip.contains("OS page 5 at 0xc000005000"), tooltip);
        hover(0, 20);
        assertTrue(text("#tooltip").contains("no span"));
    }

    @Test
    void whatIsUnderThePointerIsSaidAnewForEachMoment() throws Exception {
        open(tiny());
        hover(0, 5);
        browser.eval("document.getElementById('step-back').click()");
        assertTrue(text("#tooltip").contains("program: resident"), text("#tooltip"));
        browser.eval("document.querySelector('input[value=difference]').click()");
        assertEquals("true", browser.eval("document.getElementById('tooltip').hidden"));
    }

    @Test
    void whatTheCgroupWouldHaveDoneIsSaid() throws Exception {
        open(tiny());
        assertEquals("1", browser.eval("document.querySelectorAll('#limits-list li').length"));
        assertTrue(text("#limits-list li").startsWith("Go A: memory.max 8 KiB: KILLED"), text("#limits-list li"));
        assertTrue(text("#limits-list code").startsWith("Memory cgroup out of memory"), text("#limits-list code"));
        open(ReportSamples.twoVersions());
        assertEquals("true", browser.eval("document.getElementById('limits').hidden"));
    }

    @Test
    void arrowKeysWalkFromPageToPage() throws Exception {
        open(tiny());
        browser.eval("document.querySelector('canvas').focus()");
        browser.press("Home", 36);
        browser.press("ArrowRight", 39);
        assertTrue(text("#page-detail").contains("OS page 1 at"), text("#page-detail"));
        browser.press("ArrowDown", 40);
        assertTrue(text("#page-detail").contains("OS page 33 at"), text("#page-detail"));
    }

    @Test
    void theDifferenceShowsPagesResidentInOneRunOnly() throws Exception {
        open(tiny());
        browser.eval("document.querySelector('input[value=difference]').click()");
        assertEquals("1", browser.eval("document.querySelectorAll('canvas').length"));
        assertTrue(text(".counts-text").startsWith("only Go B: 0 B, only Go A: 4.0 KiB"), text(".counts-text"));
        assertEquals("10,138,106", pixelOfPage(0, 5));
        assertEquals("195,199,202", pixelOfPage(0, 4));
    }

    @Test
    void aClickOnTheChartMovesSliderAndMap() throws Exception {
        open(tiny());
        browser.eval(
                "(() => { const svg = document.querySelector('#chart svg'); const box = svg.getBoundingClientRect();"
                        + " svg.dispatchEvent(new PointerEvent('pointerdown', { clientX: box.left + 70, clientY: box.top + 50 })); })()");
        assertEquals("0", browser.eval("document.getElementById('time').value"));
        assertEquals(UNTOUCHED, pixelOfPage(0, 5));
    }

    @Test
    void followsTheColourScheme() throws Exception {
        open(ReportSamples.twoVersions());
        String background = "getComputedStyle(document.body).backgroundColor";
        String light = browser.eval(background);
        String lightPixel = pixelOfPage(1, 5);
        browser.colorScheme("dark");
        assertNotEquals(light, browser.eval(background));
        assertNotEquals(lightPixel, pixelOfPage(1, 5));
    }

    @Test
    void fitsAPhone() throws Exception {
        browser.size(360, 740);
        open(ReportSamples.twoVersions());
        assertEquals("360", browser.eval("document.documentElement.scrollWidth"));
        assertEquals(
                "true",
                browser.eval("[...document.querySelectorAll('canvas')].every("
                        + "(c) => c.getBoundingClientRect().right <= 360 && c.getBoundingClientRect().width > 250)"));
    }

    @Test
    void everythingThatTakesInputHasAName() throws Exception {
        open(ReportSamples.twoVersions());
        assertEquals(
                "",
                browser.eval("[...document.querySelectorAll('button, input, select, canvas, svg[role]')].filter((e) =>"
                        + " !(e.getAttribute('aria-label') || e.textContent.trim()"
                        + " || e.labels && e.labels.length && e.labels[0].textContent.trim())).map((e) => e.outerHTML)"
                        + ".join()"));
    }

    @Test
    void aLongTracesReportIsSmallAndOpensFast() throws Exception {
        Path file = scratch.resolve("large.html");
        Files.writeString(file, HtmlReport.of(ReportSamples.large(131_072, 240)));
        assertTrue(Files.size(file) < 10_000_000, "is " + Files.size(file) + " bytes");
        browser.open(file);
        int readyMillis = Integer.parseInt(browser.eval("document.documentElement.dataset.ready"));
        assertTrue(readyMillis < 2_000, "took " + readyMillis + " ms");
    }

    @Test
    void withoutPageMapsAndWithoutAClockTheRestIsShown() throws Exception {
        Run run = tinyRun("Go A", true);
        Run bare = new Run(
                run.label(), run.samples(), run.gcTimes(), List.of(), run.committedBy(), null, List.of(), List.of());
        open(new ReportData("bare", "", false, List.of(bare), List.of(), List.of()));
        assertEquals(List.of(), browser.errors());
        assertEquals("true", browser.eval("document.getElementById('pages').hidden"));
        assertTrue(text("#chart-reading").startsWith("event 2,000,000"), text("#chart-reading"));
    }

    @Test
    void theMapLooksAsKept() throws Exception {
        open(ReportSamples.twoVersions());
        String url = browser.eval("document.querySelectorAll('canvas')[1].toDataURL()");
        Pictures.assertLikeKept(
                "report-map.png", Base64.getDecoder().decode(url.substring(url.indexOf(',') + 1)), 0.002);
    }

    @Test
    void thePageLooksAsKept() throws Exception {
        browser.size(1280, 2400);
        open(ReportSamples.twoVersions());
        Pictures.assertLikeKept("report-light.png", browser.screenshot(), 0.08);
        browser.colorScheme("dark");
        browser.eval("0");
        Pictures.assertLikeKept("report-dark.png", browser.screenshot(), 0.08);
    }

    private static void open(ReportData data) throws Exception {
        Path file = scratch.resolve("report.html");
        Files.writeString(file, HtmlReport.of(data));
        browser.open(file);
    }

    private static String text(String selector) throws Exception {
        return browser.eval("document.querySelector('" + selector + "').textContent");
    }

    /** The colour in the middle of an OS page's square; rows of 32 pages. */
    private static String pixelOfPage(int canvas, int osPage) throws Exception {
        return browser.eval("(() => { const c = document.querySelectorAll('canvas')[" + canvas
                + "]; const cell = c.width / " + columns(canvas) + "; return [...c.getContext('2d').getImageData("
                + "(" + osPage + " % " + columns(canvas) + " + .5) * cell, (Math.floor(" + osPage + " / "
                + columns(canvas) + ") + .5) * cell, 1, 1).data].slice(0, 3).join(); })()");
    }

    private static void hover(int canvas, int osPage) throws Exception {
        String at = browser.eval("(() => { const c = document.querySelectorAll('canvas')[" + canvas
                + "]; c.scrollIntoView({ block: 'center', behavior: 'instant' }); const b = c.getBoundingClientRect();"
                + " const cell = b.width / " + columns(canvas) + "; return [b.left + (" + osPage + " % "
                + columns(canvas) + " + .5) * cell, b.top + (Math.floor(" + osPage + " / " + columns(canvas)
                + ") + .5) * cell].map(Math.round).join(); })()");
        browser.moveMouse(Integer.parseInt(at.split(",")[0]), Integer.parseInt(at.split(",")[1]));
    }

    private static String columns(int canvas) {
        return "Number(document.querySelectorAll('canvas')[" + canvas + "].dataset.columns)";
    }

    /** Two runs of three frames over 64 OS pages; only in the first is page 5 cleared. */
    private static ReportData tiny() {
        return new ReportData(
                "tiny",
                "",
                true,
                List.of(tinyRun("Go A", true), tinyRun("Go B", false)),
                List.of("Go A: memory.max 8 KiB: KILLED at event 2", "  Memory cgroup out of memory: Killed process 1"),
                List.of());
    }

    private static Run tinyRun(String label, boolean clears) {
        PageMapEncoder encoder = new PageMapEncoder(ReportSamples.BASE);
        byte[] states = new byte[64];
        Arrays.fill(states, PageState.UNTOUCHED);
        List<Span> spans = List.of(new Span(1, 2, "size class 24: 288 B objects, scan", "main.node"));
        encoder.frame(0, "begun", states, List.of());
        states[4] = PageState.PROGRAM;
        states[5] = clears ? PageState.PROGRAM : PageState.UNTOUCHED;
        encoder.frame(1_000_000, "written", states, spans);
        states[5] = clears ? PageState.ZEROING : PageState.UNTOUCHED;
        encoder.frame(2_000_000, "cleared", states, spans);
        long[] times = {0, 1_000_000, 2_000_000};
        long[] bytes = {0, 8192, 8192};
        return new Run(
                label,
                new Samples(times, bytes, bytes, bytes, new long[3]),
                new long[] {500_000},
                List.of(),
                new CommittedBy(4096, clears ? 4096 : 0, 0, 0),
                encoder.build(),
                List.of(),
                List.of());
    }
}
