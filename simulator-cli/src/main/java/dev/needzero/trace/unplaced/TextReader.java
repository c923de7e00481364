package dev.needzero.trace.unplaced;

import dev.needzero.trace.BadInputException;
import dev.needzero.trace.TraceInfo;
import dev.needzero.trace.TraceInput;
import java.io.IOException;
import java.io.InputStream;

/**
 * A reader of a format that has a record a line. A last line that stops in the middle is left out and mentioned, for the
 * recorder was killed while it wrote.
 */
public abstract class TextReader extends UnplacedReader {
    private final LineScanner line;

    protected TextReader(TraceInfo info, TraceInput input) {
        this(info, input, input.stream());
    }

    /** @param text the lines, where the input holds them packed in a way of its own */
    protected TextReader(TraceInfo info, TraceInput input, InputStream text) {
        super(info, input);
        this.line = new LineScanner(text, input.name());
    }

    /** Says what a line means. Nothing may be emitted before the whole line has been understood. */
    protected abstract void parse(LineScanner line) throws IOException;

    /** The lines, for a subclass that reads a head before the first record. */
    protected final LineScanner lines() {
        return line;
    }

    @Override
    protected final boolean readRecord() throws IOException {
        if (!line.nextLine()) {
            if (line.isCutShort()) {
                notes().fact("the compressed file stops in the middle, after line " + line.lineNumber());
            }
            return false;
        }
        try {
            parse(line);
        } catch (BadInputException e) {
            if (!line.lacksLineFeed()) {
                throw e;
            }
            notes().fact("the trace stops in the middle of line " + line.lineNumber() + ", which is left out");
            return false;
        }
        return true;
    }

    @Override
    protected final String where() {
        return line.where();
    }
}
