package dev.needzero.trace.cmt;

import dev.needzero.trace.TraceFormat;
import dev.needzero.trace.TraceInput;
import dev.needzero.trace.TraceReader;
import dev.needzero.trace.unplaced.Sniff;
import java.util.regex.Pattern;

/** Compact Memory Traces. */
public final class CmtFormat implements TraceFormat {
    static final String NAME = "cmt";

    private static final Pattern LINE = Pattern.compile(
            "(malloc|calloc|aligned_alloc|posix_memalign|memalign)\\(\\d.*\\) = .*|realloc\\(.*\\) = .*|free\\([0-9a-fNx].*\\).*");

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "Compact Memory Traces: malloc(8) = ADDR<ID>, free(ADDR<ID>)";
    }

    @Override
    public boolean sniff(byte[] head, String fileName) {
        return LINE.matcher(Sniff.firstLine(head)).matches();
    }

    @Override
    public TraceReader open(TraceInput input) {
        return new CmtReader(input);
    }
}
