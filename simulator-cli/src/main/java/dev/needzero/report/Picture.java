package dev.needzero.report;

import java.io.IOException;
import java.io.OutputStream;

/** Something that can be drawn into a file. */
public interface Picture {
    /** Writes it as SVG text. */
    void svg(OutputStream out) throws IOException;

    /** Writes it as PNG, two pixels a point. */
    void png(OutputStream out) throws IOException;
}
