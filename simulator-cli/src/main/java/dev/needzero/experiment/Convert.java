package dev.needzero.experiment;

import dev.needzero.trace.EventBatch;
import dev.needzero.trace.TraceInfo;
import dev.needzero.trace.TraceReader;
import dev.needzero.trace.TraceWriter;
import dev.needzero.trace.log.CsvTraceWriter;
import dev.needzero.trace.log.JsonLinesTraceWriter;
import dev.needzero.trace.nzt.NztWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** Writes a trace in another format, whole or not at all. */
public final class Convert {
    /** A format that can be written. */
    public enum Target {
        NZT,
        CSV,
        JSONL;

        /** The format that a file's name asks for, or null. */
        public static Target byName(Path file) {
            Path fileName = file.getFileName();
            String name = fileName == null ? "" : fileName.toString().toLowerCase(Locale.ROOT);
            for (Target target : values()) {
                if (name.endsWith("." + target)) {
                    return target;
                }
            }
            return null;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * What came of it.
     *
     * @param events events written
     * @param fileBytes size of the file
     * @param losses what the target cannot hold of this trace
     * @param warnings what the source's reader had to say
     */
    public record Result(long events, long fileBytes, List<String> losses, List<String> warnings) {}

    private Convert() {}

    /**
     * Reads the rest of {@code source} into {@code file}.
     *
     * @param replace whether a file of that name may be replaced; else it is a FileAlreadyExistsException
     * @param progress told of the source now and then
     */
    public static Result run(
            TraceReader source, Path file, Target target, boolean replace, Consumer<TraceReader> progress)
            throws IOException {
        long events = 0;
        try (TraceWriter writer = open(file, target, source.info(), replace)) {
            EventBatch batch = new EventBatch();
            while (source.next(batch)) {
                writer.write(batch, source);
                events += batch.size;
                progress.accept(source);
            }
            writer.finish(source);
            return new Result(events, Files.size(file), writer.losses(), source.warnings());
        }
    }

    /** A writer of that format. */
    public static TraceWriter open(Path file, Target target, TraceInfo info, boolean replace) throws IOException {
        return switch (target) {
            case NZT -> new NztWriter(file, info, replace);
            case CSV -> new CsvTraceWriter(file, info, replace);
            case JSONL -> new JsonLinesTraceWriter(file, info, replace);
        };
    }
}
