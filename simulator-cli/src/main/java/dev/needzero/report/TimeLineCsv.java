package dev.needzero.report;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import dev.needzero.experiment.TimeLine;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;

/** A replay's time line as comma-separated values, a row a sample; a goal that nobody knows is left empty. */
public final class TimeLineCsv {
    private TimeLineCsv() {}

    public static void write(OutputStream out, TimeLine line) throws IOException {
        OutputStreamWriter text = new OutputStreamWriter(out, StandardCharsets.UTF_8);
        CsvWriter csv = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(text);
        csv.writeRecord("timeNanos", "event", "rssBytes", "mappedBytes", "goInUseBytes", "goalBytes");
        for (int i = 0; i < line.size(); i++) {
            csv.writeRecord(
                    Long.toString(line.timeNanos(i)),
                    Long.toString(line.event(i)),
                    Long.toString(line.rssBytes(i)),
                    Long.toString(line.mappedBytes(i)),
                    Long.toString(line.goInUseBytes(i)),
                    line.goalBytes(i) < 0 ? "" : Long.toString(line.goalBytes(i)));
        }
        csv.flush();
        text.flush();
    }
}
