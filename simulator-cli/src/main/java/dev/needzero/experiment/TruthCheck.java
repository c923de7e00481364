package dev.needzero.experiment;

import dev.needzero.gc.Scavenger;
import dev.needzero.os.AddressSpace;
import dev.needzero.runtime.GoRuntime;
import dev.needzero.trace.BadInputException;
import dev.needzero.trace.Kind;
import dev.needzero.units.Units;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Compares twin and truth at each checkpoint. The recorder needs some milliseconds for a line of truth, and the scavenger
 * may run in between: resident bytes are compared as of when it read smaps, pages as of when it read pagemap, metrics as of
 * when it asked the runtime. Where a trace does not show those moments, all are taken to be the last.
 */
final class TruthCheck implements Replay.CheckpointListener {
    final List<Verification.Row> rows = new ArrayList<>();
    private final String trace;
    private final Truth truth;
    private final boolean samePages;
    private final boolean scavengeToTruth;
    private Pages pages;
    /** Of smaps, -1 where it is not known when that was read. */
    private long rssBytes = -1;

    private record Pages(long agreeing, long resident, Differences differences) {}

    /**
     * @param trace what the recording is called
     * @param samePages single pages are compared, not only how many there are
     * @param scavengeToTruth what the truth says was released is released
     */
    TruthCheck(String trace, Truth truth, boolean samePages, boolean scavengeToTruth) {
        this.trace = trace;
        this.truth = truth;
        this.samePages = samePages;
        this.scavengeToTruth = scavengeToTruth;
    }

    @Override
    public void kernelRead(long number, int what, Replay replay) {
        Truth.Line line = truth.line(number);
        if (line == null || number == 0) {
            return; // of the first line the twin takes over what is resident
        }
        if (what == Kind.READ_SMAPS) {
            if (scavengeToTruth) {
                release(replay.runtime(), line, line.rssBytes());
            }
            rssBytes = replay.runtime().os().rssBytes();
        } else if (what == Kind.READ_PAGES && samePages) {
            if (scavengeToTruth) {
                release(replay.runtime(), line, residentBytes(line));
            }
            pages = pages(line, replay.runtime());
        }
    }

    @Override
    public void reached(Checkpoint at, Replay replay) {
        Truth.Line line = truth.line(at.number());
        if (line != null && !line.name().equals(at.name())) {
            throw new UncheckedIOException(new BadInputException(
                    trace,
                    "its checkpoint " + at.number() + " is called " + at.name() + ", the truth's " + line.name()
                            + "; expected the truth of the same program"));
        }
        if (line != null) {
            GoRuntime runtime = replay.runtime();
            if (scavengeToTruth) {
                release(runtime, line, pages == null ? residentBytes(line) : 0);
            }
            if (samePages && pages == null) {
                pages = pages(line, runtime);
            }
            rows.add(row(scavengeToTruth ? anew(at, replay) : at, line));
        }
        pages = null;
        rssBytes = -1;
    }

    private Checkpoint anew(Checkpoint at, Replay replay) {
        AddressSpace os = replay.runtime().os();
        return new Checkpoint(
                at.number(),
                at.name(),
                at.event(),
                at.timeNanos(),
                rssBytes < 0 ? os.rssBytes() : rssBytes,
                at.mappedBytes(),
                os.zeroMappedBytes(),
                replay.metrics());
    }

    private static long residentBytes(Truth.Line line) {
        return (long) line.resident().cardinality() << Units.OS_PAGE_SHIFT;
    }

    /**
     * Releases in the scavenger's order until no more is resident than the truth says, or as much is released as the runtime
     * said in the end.
     */
    private static void release(GoRuntime runtime, Truth.Line line, long downToBytes) {
        long more = line.metrics().get("/memory/classes/heap/released:bytes")
                - runtime.heap().stats().released();
        while (more > 0 && runtime.os().rssBytes() > downToBytes) {
            long before = runtime.heap().stats().released();
            runtime.scavenger().release(Math.min(more, Scavenger.STEP_BYTES));
            long released = runtime.heap().stats().released() - before;
            if (released == 0) {
                return;
            }
            more -= released;
        }
    }

    private Verification.Row row(Checkpoint at, Truth.Line line) {
        if (!samePages) {
            return new Verification.Row(at, line, -1, -1, -1, -1, new Differences());
        }
        return new Verification.Row(
                at,
                line,
                line.pages(),
                pages.agreeing,
                pages.resident,
                line.resident().cardinality(),
                pages.differences);
    }

    private static Pages pages(Truth.Line line, GoRuntime runtime) {
        AddressSpace os = runtime.os();
        BitSet kernel = line.resident();
        long agreeing = 0;
        long resident = 0;
        Differences differences = new Differences();
        long from = os.mappedFrom() >>> Units.OS_PAGE_SHIFT;
        long to = os.mappedTo() >>> Units.OS_PAGE_SHIFT;
        for (long page = line.firstPage(); page < line.firstPage() + line.pages(); page++) {
            boolean twin = page >= from && page < to && os.isResident(page);
            if (twin == kernel.get((int) page)) {
                agreeing++;
            } else {
                differences.add(PageCause.of(runtime.heap(), page, twin), twin);
            }
            if (twin) {
                resident++;
            }
        }
        return new Pages(agreeing, resident, differences);
    }
}
