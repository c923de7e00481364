package dev.needzero.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** {@code history} on the command line. */
class HistoryCommandTest {
    @Test
    void listRunsNothingAndNamesAll() throws IOException {
        String text = Invocation.of("history", "list").out();
        Map<String, Object> json = Invocation.of("history", "list", "--json", "-").json();
        List<?> stories = (List<?>) json.get("stories");
        for (Object story : stories) {
            assertTrue(text.contains((String) ((Map<?, ?>) story).get("name")), text);
        }
        assertEquals(stories.size() + 1, text.lines().count());
    }

    @Test
    void anIssuesNumberNamesItsStory() throws IOException {
        Invocation run = Invocation.of("history", "76063", "--json", "-");
        assertEquals(Exit.DONE, run.exit(), run.err());
        Map<?, ?> story = (Map<?, ?>) ((List<?>) run.json().get("stories")).get(0);
        assertEquals("scavenged-zero", story.get("name"));
        for (Object row : (List<?>) story.get("rows")) {
            assertEquals("within", ((Map<?, ?>) row).get("verdict"));
        }
        String text = Invocation.of("history", "scavenged-zero").out();
        assertTrue(text.contains("2 of 2 ratios lie within what was observed"), text);
        assertTrue(text.contains("then") && text.contains("the twin"), text);
    }

    @Test
    void aNameThatIsNotKnownIsAUsageError() {
        Invocation run = Invocation.of("history", "claering");
        assertEquals(Exit.USAGE, run.exit());
        assertTrue(run.err().contains("did you mean clearing?"), run.err());
    }
}
