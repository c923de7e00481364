package dev.needzero.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** {@code explain} as its user meets it. */
class ExplainCommandTest {
    private static final Object CHANNELS = Invocation.TRACES.resolve("large-chan-1M@go1.24.0.trace.gz");

    @Test
    void saysThat124ClearsWhatIsZeroAndWhichBehaviourItIs() {
        Invocation run = Invocation.of("explain", "40000", "--pointers", "--go", "1.24");
        assertEquals(Exit.DONE, run.exit(), run.err());
        String flat = run.out().replaceAll("\\s+", " ");
        assertTrue(flat.contains("known to be zero (needzero is false) and is cleared all the same"), run.out());
        assertTrue(flat.contains("1.21, 1.22, 1.23, 1.25, because of largeZeroing=when-dirty:"), run.out());
        assertTrue(run.out().lines().allMatch(line -> line.length() <= 80), run.out());
    }

    @Test
    void jsonHasEveryVersion() throws IOException {
        Invocation run = Invocation.of("explain", "33", "--type", "string", "--go", "1.26", "--json", "-");
        assertEquals(Exit.DONE, run.exit(), run.err());
        Map<?, ?> asked = (Map<?, ?>) run.json().get("asked");
        assertEquals(48, asked.get("slotBytes"));
        assertEquals(165, asked.get("slots"));
        assertEquals(true, run.json().get("pointers"));
        assertEquals(6, ((List<?>) run.json().get("others")).size());
    }

    @Test
    void aBehaviourSetAloneIsComparedWithEveryVersion() throws IOException {
        Invocation run = Invocation.of(
                "explain", "1MiB", "--pointers", "--go", "1.23", "--set", "largeZeroing=always", "--json", "-");
        List<?> others = (List<?>) run.json().get("others");
        assertEquals(7, others.size());
        Map<?, ?> v124 = (Map<?, ?>) others.get(3);
        assertEquals("1.24", v124.get("go"));
        assertEquals(true, v124.get("same"));
    }

    @Test
    void anEventOfARecordingMeetsTheStateOfItsReplay() throws IOException {
        Invocation json = Invocation.of("explain", CHANNELS, "--event", "0", "--json", "-");
        assertEquals(Exit.DONE, json.exit(), json.err());
        long next = ((Number) json.json().get("nextAllocation")).longValue();
        Invocation run = Invocation.of("explain", CHANNELS, "--event", Long.toString(next), "--json", "-");
        assertEquals(Exit.DONE, run.exit(), run.err());
        assertTrue(run.json().get("span") instanceof Map<?, ?>);
        assertEquals(
                Exit.DONE,
                Invocation.of("explain", CHANNELS, "--event", Long.toString(next))
                        .exit());
    }

    @Test
    void refusesWhatMakesNoSense() {
        assertEquals(Exit.USAGE, Invocation.of("explain", "0").exit());
        assertEquals(Exit.USAGE, Invocation.of("explain", "big").exit());
        assertEquals(
                Exit.USAGE,
                Invocation.of("explain", "16", "--type", "int64", "--pointers").exit());
        assertEquals(
                Exit.USAGE,
                Invocation.of("explain", CHANNELS, "--event", "1", "--pointers").exit());
        Invocation beyond = Invocation.of("explain", CHANNELS, "--event", "999999999");
        assertEquals(Exit.BAD_INPUT, beyond.exit());
        assertTrue(beyond.err().contains("the last is"), beyond.err());
        assertEquals(
                Exit.BAD_INPUT,
                Invocation.of("explain", "nowhere.trace", "--event", "1").exit());
    }
}
