package dev.needzero.trace.go;

import dev.needzero.trace.Kind;
import dev.needzero.trace.TypeTable;
import it.unimi.dsi.fastutil.longs.Long2IntOpenHashMap;
import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import java.nio.charset.StandardCharsets;

/**
 * The tables of one generation: strings, stacks (reduced to why they swept) and types. Ids are valid within their
 * generation only; types are carried over by their address.
 */
final class Tables {
    private static final int MAX_STRING_BYTES = 1024;
    private static final int MAX_FRAMES = 128;

    private final Long2ObjectOpenHashMap<byte[]> strings = new Long2ObjectOpenHashMap<>();
    private final Long2ObjectOpenHashMap<long[]> stacks = new Long2ObjectOpenHashMap<>();
    private final Long2IntOpenHashMap types = new Long2IntOpenHashMap();
    private final Long2IntOpenHashMap sweepReasons = new Long2IntOpenHashMap();
    private final Long2ObjectOpenHashMap<Worker> workers = new Long2ObjectOpenHashMap<>();
    private long ticksPerSecond;

    Tables() {
        sweepReasons.defaultReturnValue(-1);
    }

    void readStrings(Cursor in) throws Cursor.Damage {
        in.skip(1);
        while (in.hasMore()) {
            in.expect(5, "a string");
            long id = in.uvarint();
            strings.put(id, in.bytes(MAX_STRING_BYTES));
        }
    }

    void readStacks(Cursor in) throws Cursor.Damage {
        in.skip(1);
        while (in.hasMore()) {
            in.expect(3, "a stack");
            long id = in.uvarint();
            long n = in.uvarint();
            if (n < 0 || n > MAX_FRAMES) {
                throw in.damage("a stack of " + Long.toUnsignedString(n) + " frames; expected at most " + MAX_FRAMES);
            }
            long[] functions = new long[(int) n];
            for (int i = 0; i < n; i++) {
                in.uvarint();
                functions[i] = in.uvarint();
                in.uvarint();
                in.uvarint();
            }
            stacks.put(id, functions);
        }
    }

    void readTypes(Cursor in, Long2IntOpenHashMap byAddress, TypeTable table) throws Cursor.Damage {
        in.skip(1);
        while (in.hasMore()) {
            long id = in.uvarint();
            long address = in.uvarint();
            long size = in.uvarint();
            long pointerBytes = in.uvarint();
            byte[] name = in.bytes(1 << 16);
            int index = byAddress.get(address);
            if (index == 0) {
                index = table.add(new TypeTable.Type(
                        new String(name, StandardCharsets.UTF_8),
                        size,
                        pointerBytes,
                        pointerBytes == 0 ? TypeTable.Pointers.NO : TypeTable.Pointers.YES,
                        true));
                byAddress.put(address, index);
            }
            types.put(id, index);
        }
    }

    void setFrequency(long ticks) {
        ticksPerSecond = ticks;
    }

    long ticksPerSecond() {
        return ticksPerSecond;
    }

    /** The type's index in the trace's table; 0 when there is none. */
    int type(long id) {
        return id == 0 ? 0 : types.get(id);
    }

    byte[] string(long id) {
        byte[] s = strings.get(id);
        return s == null ? new byte[0] : s;
    }

    /** Whether a function of this name (a prefix of it) appears in the generation. */
    boolean mentions(String prefix) {
        byte[] want = prefix.getBytes(StandardCharsets.UTF_8);
        for (byte[] s : strings.values()) {
            if (s.length >= want.length && java.util.Arrays.equals(s, 0, want.length, want, 0, want.length)) {
                return true;
            }
        }
        return false;
    }

    /** Why a sweep with this stack took place. */
    int sweepReason(long stack) {
        int reason = sweepReasons.get(stack);
        if (reason < 0) {
            reason = findReason(stacks.get(stack));
            sweepReasons.put(stack, reason);
        }
        return reason;
    }

    /** A goroutine of the runtime that moves memory, found by its stack. */
    enum Worker {
        NONE,
        SCAVENGER,
        SWEEPER,
        /** The background sweeper, giving way as it does after every ten spans. */
        SWEEPER_YIELDING
    }

    /** Whose stack this is. */
    Worker worker(long stack) {
        Worker known = workers.get(stack);
        if (known == null) {
            known = findWorker(stack);
            workers.put(stack, known);
        }
        return known;
    }

    private Worker findWorker(long stack) {
        Worker found = Worker.NONE;
        boolean yields = false;
        for (long f : stacks.getOrDefault(stack, new long[0])) {
            switch (new String(string(f), StandardCharsets.UTF_8)) {
                case "runtime.bgscavenge" -> found = Worker.SCAVENGER;
                case "runtime.bgsweep" -> found = yields ? Worker.SWEEPER_YIELDING : Worker.SWEEPER;
                case "runtime.goschedIfBusy" -> yields = true;
                default -> {}
            }
        }
        return found;
    }

    /** Why a collection with this stack began. */
    int gcReason(long stack) {
        long[] functions = stacks.get(stack);
        int reason = Kind.GC_BY_PACER;
        if (functions != null) {
            for (long f : functions) {
                String name = new String(string(f), StandardCharsets.UTF_8);
                if (name.equals("runtime/debug.FreeOSMemory") || name.equals("runtime/debug.freeOSMemory")) {
                    return Kind.GC_BY_FREE_OS_MEMORY;
                }
                if (name.equals("runtime.GC")) {
                    reason = Kind.GC_BY_PROGRAM;
                }
            }
        }
        return reason;
    }

    private int findReason(long[] functions) {
        if (functions == null) {
            return Kind.SWEEP_BY_UNKNOWN;
        }
        for (long f : functions) {
            switch (new String(string(f), StandardCharsets.UTF_8)) {
                case "runtime.deductSweepCredit", "runtime.sweepone":
                    return Kind.SWEEP_BY_CREDIT;
                case "runtime.(*mheap).reclaim", "runtime.(*mheap).alloc":
                    return Kind.SWEEP_BY_RECLAIM;
                case "runtime.(*mcentral).cacheSpan":
                    return Kind.SWEEP_BY_CACHE_SPAN;
                default:
                    break;
            }
        }
        return Kind.SWEEP_BY_UNKNOWN;
    }
}
