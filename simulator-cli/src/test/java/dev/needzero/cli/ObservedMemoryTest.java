package dev.needzero.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.trace.Samples;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Resident memory that a recorder saw stands beside the twin's. */
class ObservedMemoryTest {
    @Test
    void heaptracksOwnSamplesStandBesideTheTwins() throws IOException {
        Path recording = Samples.shared("samples/heaptrack/heaptrack.heaptrack_gui.99454.zst");
        long samples = 0;
        long mostPages = 0;
        // What grep and sort would say: the lines that begin with R, in hexadecimal pages of 4 KiB.
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(Samples.input(recording).stream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("R ")) {
                    samples++;
                    mostPages = Math.max(mostPages, Long.parseLong(line.substring(2), 16));
                }
            }
        }
        List<?> observed = (List<?>)
                Invocation.of("replay", recording, "--json", "-").json().get("observed");
        assertEquals(samples, observed.size());
        long most = observed.stream()
                .mapToLong(o -> ((Number) ((Map<?, ?>) o).get("rssBytes")).longValue())
                .max()
                .orElseThrow();
        assertEquals(mostPages * 4096, most);
        assertTrue(Invocation.of("replay", recording).out().contains("peak that the recorder saw"));
    }
}
