package dev.needzero.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.experiment.Replays;
import dev.needzero.experiment.TouchRules;
import dev.needzero.experiment.explain.Stepper;
import dev.needzero.os.OsSettings;
import dev.needzero.report.StepScreen;
import dev.needzero.runtime.Behaviours;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jline.terminal.Size;
import org.jline.terminal.impl.ExternalTerminal;
import org.junit.jupiter.api.Test;

/** {@code step}, told by lines and by keys. */
class StepCommandTest {
    /** Three objects of 1 MiB with pointers, made by the program and never written. */
    private static final String LARGE = "gen:large?kind=ptr&count=3&touched=0%";

    private static final String SMALL = "gen:mix?sizes=1KiB:1&life=exp:2000&pointers=0%&events=30000";

    private static final Pattern HEAD = Pattern.compile("(?m)^[\\d,]+ events? replayed");

    private static Stepper stepper(String trace, String... versions) throws IOException {
        return new Stepper(
                () -> Replays.open(trace),
                Stream.of(versions).map(Behaviours::of).toList(),
                new Replays.Settings(OsSettings.defaults(), TouchRules.parse("default=none"), false));
    }

    /** What a pipe is told. */
    private static String told(String trace, String commands, String... versions) throws IOException {
        StringWriter out = new StringWriter();
        try (Stepper stepper = stepper(trace, versions)) {
            StepCommand.plain(
                    new StepSession(stepper, "trace"),
                    new BufferedReader(new StringReader(commands)),
                    new PrintWriter(out));
        }
        return out.toString();
    }

    private static String last(String told) {
        Matcher heads = HEAD.matcher(told);
        int at = 0;
        while (heads.find()) {
            at = heads.start();
        }
        return told.substring(at);
    }

    @Test
    void theFirstDifferenceIsWhere124Clears() throws IOException {
        String screen = last(told(LARGE, "d\n", "1.23", "1.24"));
        assertTrue(screen.contains("object allocated, 1.00 MiB"), screen);
        assertTrue(screen.matches("(?s).*resident +0 B +1\\.00 MiB\\s.*"), screen);
        assertTrue(screen.matches("(?s).*cleared +0 B +1\\.00 MiB\\s.*"), screen);
        assertTrue(screen.contains("@" + "Z".repeat(31)), "the object's pages are cleared under 1.24:\n" + screen);
    }

    @Test
    void goesForwardAndBack() throws IOException {
        assertTrue(last(told(SMALL, "n 100\np 40\n", "1.24")).startsWith("60 events replayed under Go 1.24: trace\n"));
        assertTrue(last(told(SMALL, "12345\n\n", "1.24")).startsWith("12,346 events"));
        assertTrue(last(told(SMALL, "p\n", "1.24")).startsWith("0 events"));
        String end = last(told(SMALL, "e\nc\n", "1.24"));
        assertTrue(end.startsWith("30,000 events replayed, the end, under"), end);
        assertTrue(end.contains("no further collection: the trace ends here"), end);
    }

    @Test
    void stopsAtSpansGrowthCollectionsAndTypes() throws IOException {
        String span = last(told(SMALL.replace("exp:2000", "forever"), "s\ns\n", "1.24"));
        assertTrue(span.contains("span at page 1:") && span.contains("full 1 swept"), span);
        assertTrue(span.contains("slot     0 @......."), span);
        String growth = last(told(SMALL.replace("exp:2000", "forever"), "g\ng\n", "1.24"));
        assertTrue(growth.matches("(?s).*mapped +8\\.00 MiB\\s.*"), growth);
        String collection = last(told(SMALL, "c\n", "1.24"));
        assertTrue(collection.matches("(?s).*collections +1\\s.*"), collection);
        assertTrue(last(told(LARGE, "/INT\n", "1.24")).contains("object allocated, 1.00 MiB, *int"));
        assertTrue(last(told(LARGE, "/nothing\n", "1.24")).contains("no further object of a type like \"nothing\""));
    }

    @Test
    void whatIsNotUnderstoodSaysWhatIs() throws IOException {
        String told = last(told(LARGE, "jump\n", "1.24"));
        assertTrue(told.contains("\"jump\" is not understood: n next"), told);
        assertTrue(last(told(LARGE, "d\n", "1.24")).contains("two versions"));
    }

    @Test
    void everyScreenFits80By24() throws IOException {
        for (String trace : List.of(
                LARGE,
                SMALL,
                Invocation.TRACES.resolve("release-ptr@go1.25.14.trace.gz").toString())) {
            try (Stepper stepper = stepper(trace, "1.21", "1.26")) {
                for (long event = 0; event < 20_000; event = event * 3 + 1) {
                    stepper.goTo(event);
                    List<StepScreen.Line> screen = StepScreen.draw(stepper, "trace", 80, 23, (int) (event % 5));
                    assertTrue(screen.size() <= 23, screen.size() + " rows");
                    for (StepScreen.Line line : screen) {
                        assertTrue(line.text().length() <= 80, line.text());
                    }
                }
            }
        }
    }

    /** A picture for people: made by this test, and compared so that it stays true. */
    @Test
    void theScreenIsAsItsPictureShows() throws IOException {
        String screen;
        try (Stepper stepper = stepper(LARGE, "1.23", "1.24")) {
            StepSession session = new StepSession(stepper, LARGE);
            session.command("d");
            screen = session.draw(80, 23).stream()
                    .map(line -> line.text() + "\n")
                    .collect(Collectors.joining());
        }
        Path made = Files.createDirectories(Path.of("target")).resolve("step-screen.txt");
        Files.writeString(made, screen);
        try (var kept = StepCommandTest.class.getResourceAsStream("step-screen.txt")) {
            assertEquals(
                    new String(kept.readAllBytes(), StandardCharsets.UTF_8),
                    screen,
                    "the new screen is " + made + "; if it is right, keep it in its place");
        }
    }

    private static String onTerminal(String keys, boolean colours, long endsAt) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (Stepper stepper = stepper(LARGE, "1.23", "1.24");
                ExternalTerminal terminal = new ExternalTerminal(
                        "test",
                        "xterm",
                        new ByteArrayInputStream(keys.getBytes(StandardCharsets.UTF_8)),
                        out,
                        StandardCharsets.UTF_8)) {
            terminal.setSize(new Size(80, 24));
            StepSession session = new StepSession(stepper, "trace");
            new StepTerminal(terminal, session, colours).run();
            assertTrue(session.over());
            assertEquals(endsAt, stepper.position());
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aTerminalIsDrawnOnAndPutBack() throws IOException {
        String drawn = onTerminal("d\u001b[C\u001b[D/xx\u007f\u007fint\r:4\r\u001b[Dq", true, 3);
        assertTrue(drawn.contains("\u001b[?1049h"), "enters the alternate screen");
        assertTrue(drawn.indexOf("\u001b[?1049l") > drawn.indexOf("\u001b[?1049h"), "and leaves it");
        assertTrue(drawn.contains("resident"));
        assertTrue(drawn.contains("\u001b[31m"), "cleared pages are red");
    }

    @Test
    void withoutColoursThereAreNone() throws IOException {
        String drawn = onTerminal("dq", false, 3);
        assertFalse(drawn.matches("(?s).*\u001b\\[[0-9;]*(3[0-9]|7)m.*"), drawn);
    }

    @Test
    void refusesWhatCannotBeStepped() {
        assertEquals(Exit.USAGE, Invocation.of("step", "-").exit());
        assertEquals(
                Exit.USAGE, Invocation.of("step", LARGE, "--go", "1.21..1.23").exit());
        assertEquals(Exit.BAD_INPUT, Invocation.of("step", "nowhere.trace").exit());
    }
}
