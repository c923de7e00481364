package dev.needzero.os;

import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * The process's memory cgroup (v2), as far as the heap's anonymous memory goes: what is charged, what the limits make of it.
 * Zero-mapped pages are not charged; the parts of a broken huge page that nobody maps are, until it is split.
 *
 * <p>Over a limit the kernel reclaims first. What it can take without swap is what is lazily free and what splitting broken
 * huge pages sets free. Where that is not enough, {@code memory.high} makes the program wait and {@code memory.max} kills
 * it. The model goes on after that as if nothing had happened; only the first kill is remembered.
 *
 * <p>Linux: {@code Documentation/admin-guide/cgroup-v2.rst}; the log line {@code mm/oom_kill.c}.
 */
public final class MemoryCgroup {
    private static final long NO_LIMIT = Long.MAX_VALUE;

    /**
     * All in bytes; {@link Long#MAX_VALUE} is "max", no limit.
     *
     * @param highBytes {@code memory.high}
     * @param maxBytes {@code memory.max}
     * @param pressureBytes above this the whole machine is short of memory and reclaims, without any limit
     * @param otherBytes charged beside the heap: binary, runtime's own structures, other processes
     */
    public record Limits(long highBytes, long maxBytes, long pressureBytes, long otherBytes) {
        public static final Limits NONE = new Limits(NO_LIMIT, NO_LIMIT, NO_LIMIT, 0);

        public Limits {
            if (highBytes <= otherBytes || maxBytes <= otherBytes || pressureBytes < 0 || otherBytes < 0) {
                throw new IllegalArgumentException("a limit of " + Math.min(highBytes, maxBytes)
                        + " bytes leaves the heap nothing: " + otherBytes + " bytes are charged beside it");
            }
        }

        /** Whether the cgroup has a limit of its own. */
        public boolean any() {
            return highBytes != NO_LIMIT || maxBytes != NO_LIMIT;
        }

        public boolean hasHigh() {
            return highBytes != NO_LIMIT;
        }

        public boolean hasMax() {
            return maxBytes != NO_LIMIT;
        }
    }

    /**
     * A limit was met.
     *
     * @param event event of the trace at which it was
     * @param nanos the trace's time
     * @param chargedBytes what was charged then, the rest beside the heap included
     */
    public record Breach(long event, long nanos, long chargedBytes) {}

    /**
     * The end of the process.
     *
     * @param at when
     * @param totalVmBytes address space of the heap
     * @param anonRssBytes resident memory of the heap
     * @param pageTableBytes page tables of the heap
     */
    public record Kill(Breach at, long totalVmBytes, long anonRssBytes, long pageTableBytes) {
        /** What the kernel would log. */
        public String logLine(int pid, String command) {
            // A task's name has 15 bytes.
            String comm = command.length() > 15 ? command.substring(0, 15) : command;
            return String.format(
                    Locale.ROOT,
                    "Memory cgroup out of memory: Killed process %d (%s) total-vm:%dkB, anon-rss:%dkB, file-rss:0kB,"
                            + " shmem-rss:0kB, UID:0 pgtables:%dkB oom_score_adj:0",
                    pid,
                    comm,
                    totalVmBytes >> 10,
                    anonRssBytes >> 10,
                    pageTableBytes >> 10);
        }
    }

    private final Limits limits;
    private LongSupplier event = () -> 0;
    private LongSupplier nanos = () -> 0;
    private Breach firstHigh;
    private Kill kill;
    private long overHighBytes;
    private long throttledFaults;
    private long reclaimedBytes;

    MemoryCgroup(Limits limits) {
        this.limits = limits;
    }

    /** Says who knows at which event and time the trace stands; asked when a limit is met. */
    public void setPosition(LongSupplier eventNow, LongSupplier nanosNow) {
        this.event = eventNow;
        this.nanos = nanosNow;
    }

    /** The heap may be charged so much before anything is reclaimed. */
    long quietBytes() {
        long least = Math.min(Math.min(limits.highBytes, limits.maxBytes), limits.pressureBytes);
        return least == NO_LIMIT ? NO_LIMIT : Math.max(0, least - limits.otherBytes);
    }

    /** How much the heap may be charged at most, or be killed. */
    long maxHeapBytes() {
        return limits.maxBytes == NO_LIMIT ? NO_LIMIT : limits.maxBytes - limits.otherBytes;
    }

    void reclaimed(long bytes) {
        reclaimedBytes += bytes;
    }

    /** Reclaim did what it could; so much is charged to the heap. */
    void settled(long heapBytes, AddressSpace space) {
        long bytes = heapBytes + limits.otherBytes;
        if (bytes > limits.highBytes) {
            throttledFaults++;
            overHighBytes = Math.max(overHighBytes, bytes - limits.highBytes);
            if (firstHigh == null) {
                firstHigh = new Breach(event.getAsLong(), nanos.getAsLong(), bytes);
            }
        }
        if (bytes > limits.maxBytes && kill == null) {
            // A write of many pages is one step of the model; the kernel stops at the page that has no room.
            long beyond = bytes - limits.maxBytes;
            kill = new Kill(
                    new Breach(event.getAsLong(), nanos.getAsLong(), limits.maxBytes),
                    space.reservedTo(),
                    space.rssBytes() - beyond,
                    space.pageTableBytes());
        }
    }

    public Limits limits() {
        return limits;
    }

    /** When {@code memory.high} was first exceeded although everything reclaimable was reclaimed, or null. */
    public Breach firstHigh() {
        return firstHigh;
    }

    /** How far above {@code memory.high} the charge came. */
    public long overHighBytes() {
        return overHighBytes;
    }

    /** Faults that the kernel would have made wait. */
    public long throttledFaults() {
        return throttledFaults;
    }

    /** What reclaim took: lazily free pages, and the holes of broken huge pages. */
    public long reclaimedBytes() {
        return reclaimedBytes;
    }

    /** How the process ended, or null. */
    public Kill kill() {
        return kill;
    }
}
