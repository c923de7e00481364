package dev.needzero.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a change is called, as Go's history writes it: a commit's hash, CL for its code review, # for an issue. */
class OriginTest {
    /** The name is the first of the three that is known; the others stand behind it. */
    @ParameterizedTest
    @CsvSource({
        "8730fcf885, 614257, 72991, 8730fcf885, '8730fcf885 (CL 614257, #72991)'",
        "8730fcf885, 614257, 0,     8730fcf885, '8730fcf885 (CL 614257)'",
        "8730fcf885, 0,      72991, 8730fcf885, '8730fcf885 (#72991)'",
        "8730fcf885, 0,      0,     8730fcf885, 8730fcf885",
        "'',         614257, 72991, CL 614257,  'CL 614257 (#72991)'",
        "'',         614257, 0,     CL 614257,  CL 614257",
        "'',         0,      72991, #72991,     #72991",
        "'',         0,      0,     split it,   split it"
    })
    void aChangeIsCalledByWhatIsKnownOfIt(String commit, int changeList, int issue, String name, String whole) {
        Origin origin = new Origin(commit, changeList, issue, "split it");
        assertEquals(name, origin.name());
        assertEquals(whole, origin.toString());
    }

    @Test
    void ofSomeChangesOnlyTheIssueIsKnown() {
        assertEquals(
                "#76063", Origin.ofIssue(76063, "do not clear scavenged memory").toString());
    }

    /** Large objects with pointers were cleared on fresh memory in 1.24 alone: one commit brought it, another ended it. */
    @Test
    void aBehavioursStepsAreItsChangesOldestFirst() {
        List<Behaviour.Step> steps = Behaviour.LARGE_ZEROING.steps();
        assertEquals(
                List.of("1.21=when-dirty", "1.24=always", "1.25=when-dirty"),
                steps.stream().map(step -> step.version() + "=" + step.value()).toList());
        assertEquals("8730fcf885", steps.get(1).origin().name());
        assertEquals("df9888ea4e", steps.get(2).origin().name());
        assertTrue(Behaviour.LARGE_ZEROING.source().contains("CL 614257"));
    }

    /** Where a behaviour came from before 1.21, or never changed, all that is known is said of its first value. */
    @Test
    void theFirstStepNamesTheSource() {
        for (Behaviour behaviour : Behaviour.values()) {
            Behaviour.Step first = behaviour.steps().get(0);
            assertTrue(first.version().startsWith("1.21"), behaviour.key());
            assertEquals(behaviour.source(), first.origin().name());
            assertEquals(first.value(), behaviour.valueIn(21, 0), behaviour.key());
        }
        assertEquals(1, Behaviour.TINY_BLOCK.steps().size());
        // Of the two changes of huge page calls in 1.21 one origin each is known.
        List<Behaviour.Step> calls = Behaviour.HUGE_PAGE_CALLS.steps();
        assertEquals(3, calls.size());
        assertEquals("9f9bb26880", calls.get(1).origin().name());
        assertEquals("595deec3dd", calls.get(2).origin().name());
    }
}
