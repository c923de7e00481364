package dev.needzero.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestTest {
    @Test
    void distancesAreThoseOfATextbook() {
        assertEquals(3, Nearest.distance("kitten", "sitting"));
        assertEquals(1, Nearest.distance("repaly", "replay"));
        assertEquals(4, Nearest.distance("", "four"));
        assertEquals(0, Nearest.distance("same", "same"));
    }

    @Test
    void whatIsFarIsNotSuggested() {
        List<String> known = List.of("replay", "report");
        assertEquals("; did you mean replay?", Nearest.hint("Repaly", known));
        assertEquals("", Nearest.hint("xylophone", known));
    }
}
