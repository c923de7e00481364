package dev.needzero.trace.log;

import de.siegmar.fastcsv.reader.CommentStrategy;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import dev.needzero.trace.BadInputException;
import dev.needzero.trace.TraceInput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Records from CSV (RFC 4180, comments begin with {@code #}). The comments that {@code convert} writes are {@code #needzero-log=1 …}
 * with more such pairs, {@code #warning …} and {@code #end EVENTS}.
 */
final class CsvSource extends LogSource {
    private static final int MAX_FIELD_CHARS = 1 << 20;
    private static final String WARNING = "warning ";
    private static final String END = "end ";

    private final Iterator<CsvRecord> rows;
    private Column[] columns;

    CsvSource(TraceInput input) throws IOException {
        super(input);
        rows = CsvReader.builder()
                .commentStrategy(CommentStrategy.READ)
                .skipEmptyLines(true)
                .allowMissingFields(true)
                .allowExtraFields(true)
                .detectBomHeader(true)
                .maxBufferSize(MAX_FIELD_CHARS)
                .ofCsvRecord(tail)
                .iterator();
        CsvRecord titles = row();
        if (titles == null) {
            throw new BadInputException(name, "holds no row of column names");
        }
        readTitles(titles);
    }

    private void readTitles(CsvRecord titles) throws BadInputException {
        columns = new Column[titles.getFieldCount()];
        boolean hasOp = false;
        for (int i = 0; i < columns.length; i++) {
            String title = titles.getField(i).trim();
            columns[i] = Column.byTitle(title);
            hasOp |= columns[i] == Column.OP;
            if (columns[i] == null) {
                unknownColumns.add(LogRecord.excerpt(title));
            }
        }
        if (!hasOp) {
            throw new BadInputException(where(), "the first row names no column \"op\", expected column names");
        }
    }

    /** The next row that is no comment, or null at the end. */
    private CsvRecord row() throws IOException {
        try {
            while (rows.hasNext()) {
                CsvRecord row = rows.next();
                line = row.getStartingLineNumber();
                if (!row.isComment()) {
                    return row;
                }
                comment(row.getField(0));
            }
            return null;
        } catch (CsvParseException e) {
            throw new BadInputException(where(), "not CSV: " + e.getMessage());
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private void comment(String text) throws BadInputException {
        if (text.startsWith(LogHead.MARK) && columns == null) {
            Map<String, String> head = new LinkedHashMap<>();
            for (String pair : text.split(" ")) {
                int equals = pair.indexOf('=');
                if (equals > 0) {
                    head.put(pair.substring(0, equals), pair.substring(equals + 1));
                }
            }
            info = LogHead.parse(head, where());
        } else if (text.startsWith(WARNING) && info != null) {
            warnings.add(text.substring(WARNING.length()));
        } else if (text.startsWith(END) && info != null) {
            try {
                announcedEvents = Long.parseLong(text.substring(END.length()));
            } catch (NumberFormatException e) {
                throw new BadInputException(where(), "\"" + LogRecord.excerpt(text) + "\" holds no count of events");
            }
        }
    }

    @Override
    boolean next(LogRecord record) throws IOException {
        CsvRecord row = row();
        if (row == null) {
            return false;
        }
        record.clear();
        for (int i = 0; i < Math.min(columns.length, row.getFieldCount()); i++) {
            if (columns[i] != null) {
                record.set(columns[i], row.getField(i));
            }
        }
        return true;
    }

    @Override
    boolean isTorn() {
        try {
            return !rows.hasNext() && tail.endsWithoutLineFeed();
        } catch (CsvParseException | UncheckedIOException e) {
            return false; // more follows, and is wrong as well
        }
    }
}
