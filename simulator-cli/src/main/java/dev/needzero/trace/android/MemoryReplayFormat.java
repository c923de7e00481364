package dev.needzero.trace.android;

import dev.needzero.trace.TraceFormat;
import dev.needzero.trace.TraceInput;
import dev.needzero.trace.TraceReader;
import dev.needzero.trace.unplaced.Sniff;
import java.io.IOException;
import java.util.regex.Pattern;

/** Android's memory_replay text, alone or zipped. */
public final class MemoryReplayFormat implements TraceFormat {
    static final String NAME = "memory-replay";

    private static final Pattern LINE =
            Pattern.compile("\\d{1,10}:\\s+(malloc|calloc|realloc|memalign|free|thread_done)\\s+(0x)?[0-9a-fA-F]+.*");

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "Android memory_replay traces: TID: malloc PTR SIZE …, as text or zip";
    }

    @Override
    public boolean sniff(byte[] head, String fileName) {
        return ZipEntryStream.isZip(head) || LINE.matcher(Sniff.firstLine(head)).matches();
    }

    @Override
    public TraceReader open(TraceInput input) throws IOException {
        return new MemoryReplayReader(
                input, ZipEntryStream.isZip(input.head()) ? new ZipEntryStream(input) : input.stream());
    }
}
