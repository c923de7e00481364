package dev.needzero.experiment;

import dev.needzero.gc.Scavenger;
import dev.needzero.trace.BadInputException;
import dev.needzero.trace.EventBatch;
import dev.needzero.trace.Kind;
import dev.needzero.trace.TraceReader;
import it.unimi.dsi.fastutil.longs.LongArrayList;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * How far the recorded background scavenger was from its goal at each of its runs. How much a run gave back, a trace does not
 * tell; but when it had all given back that was to be, it waited to be woken, and between here and there every millisecond of
 * its work is as good as any other. That stands in a run's future: the trace is read a second time, when somebody first asks.
 *
 * <p>Twins on several threads share one.
 */
final class ScavengerRuns {
    private final TraceReader reader;
    private LongArrayList nanosToGoal;

    /** @param reader the trace as it is being read, which stays as it is */
    ScavengerRuns(TraceReader reader) {
        this.reader = reader;
    }

    /**
     * How long the scavenger worked in a run and those after it until it had reached its goal.
     *
     * @param run its number, from 0
     * @return nanoseconds, {@link Scavenger#NOT_REACHED}, or {@link Scavenger#UNKNOWN_WAY} if the trace cannot be read twice
     */
    synchronized long nanosToGoal(int run) {
        if (nanosToGoal == null) {
            try {
                nanosToGoal = look();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return run < nanosToGoal.size() ? nanosToGoal.getLong(run) : Scavenger.UNKNOWN_WAY;
    }

    private LongArrayList look() throws IOException {
        LongArrayList ways = new LongArrayList();
        int wayFrom = 0;
        try (TraceReader again = reader.again()) {
            EventBatch batch = new EventBatch();
            while (again != null && again.next(batch)) {
                for (int i = 0; i < batch.size; i++) {
                    if (batch.kind[i] == Kind.GC_END) {
                        end(ways, wayFrom, false);
                        wayFrom = ways.size();
                    } else if (batch.kind[i] == Kind.SCAVENGER_RAN) {
                        ways.add(Scavenger.workedNanos(batch.a[i]));
                        if (batch.a[i] == 0) {
                            end(ways, wayFrom, true);
                            wayFrom = ways.size();
                        }
                    }
                }
            }
        } catch (BadInputException e) {
            // Whoever reads the trace the first time will meet the same and say so.
        }
        end(ways, wayFrom, false);
        return ways;
    }

    /** Turns what each run of a way worked into what it and all after it did. */
    private static void end(LongArrayList ways, int from, boolean reached) {
        long nanos = 0;
        for (int run = ways.size() - 1; run >= from; run--) {
            nanos += ways.getLong(run);
            ways.set(run, reached && nanos > 0 ? nanos : Scavenger.NOT_REACHED);
        }
    }
}
