package dev.needzero.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class TableTest {
    private final StringWriter text = new StringWriter();
    private final PrintWriter out = new PrintWriter(text);

    @Test
    void figuresStandFlushRight() {
        new Table().row("page", "5").row("osPage", "10").print(out);
        assertEquals("page     5\nosPage  10\n", text.toString());
    }

    @Test
    void aHeadingWidensNoColumn() {
        new Table().row("a heading of many words").row("a", "1").print(out);
        assertEquals("a heading of many words\na  1\n", text.toString());
    }

    @Test
    void csvQuotesWhatWouldBreakALine() {
        new Table().row("a,b", "say \"so\"", "plain").printCsv(out);
        assertEquals("\"a,b\",\"say \"\"so\"\"\",plain\n", text.toString());
    }
}
