package dev.needzero.trace.go;

import dev.needzero.trace.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The reader's slow twin: the whole trace in memory, an object an event, sorted instead of merged. It shares no code with
 * the reader and knows whole, sound traces only.
 */
final class NaiveGoTrace {
    /** What an {@code EventBatch} row should hold; a checkpoint or a sweep's reason says it in words. */
    record Event(int kind, int proc, long nanos, long a, long b, String c) {}

    private record Raw(long time, int order, int index, int type, List<Long> args, int proc) {}

    private static final Map<Integer, Integer> ARITY = new HashMap<>();

    static {
        // "type name: arguments" as in the event table of go-runtime-model.md §10.3.
        String table =
                "9:2 10:2 11:0 12:3 13:2 14:3 15:1 16:2 17:0 18:0 19:2 20:2 21:3 22:2 23:0 24:0 25:3 26:2 27:0 28:1"
                        + " 29:2 30:1 31:1 32:1 33:2 34:1 35:1 36:0 37:1 38:1 39:1 40:4 41:2 42:3 43:3 44:4 45:2 46:2 47:3 48:4"
                        + " 128:3 129:3 130:1 131:2 132:2 133:1 134:2 135:2 136:1";
        for (String entry : table.split(" ", -1)) {
            int colon = entry.indexOf(':');
            ARITY.put(Integer.valueOf(entry.substring(0, colon)), Integer.valueOf(entry.substring(colon + 1)));
        }
    }

    final List<Event> events = new ArrayList<>();
    final List<String> checkpoints = new ArrayList<>();
    long timed;
    long orphanSpanFrees;
    long base;

    private final byte[] bytes;
    private int at;
    private final long firstTicks;
    private final Map<Long, Integer> procOfM = new HashMap<>();
    private final java.util.Set<Long> live = new java.util.HashSet<>();

    NaiveGoTrace(byte[] trace) {
        bytes = trace;
        at = 16;
        Map<Long, List<Object[]>> generations = new LinkedHashMap<>();
        while (at < bytes.length) {
            int type = bytes[at++];
            if (type == 52) {
                continue;
            }
            int experiment = type == 49 ? bytes[at++] : 0;
            long generation = number();
            long m = number();
            long time = number();
            int size = (int) number();
            generations
                    .computeIfAbsent(generation, g -> new ArrayList<>())
                    .add(new Object[] {experiment, m, time, at, at + size});
            at += size;
        }
        List<List<Raw>> sorted = new ArrayList<>();
        List<Map<Long, String>> strings = new ArrayList<>();
        List<Map<Long, List<Long>>> stacks = new ArrayList<>();
        List<Map<Long, String>> types = new ArrayList<>();
        List<Long> frequencies = new ArrayList<>();
        for (List<Object[]> batches : generations.values()) {
            Map<Long, String> s = new HashMap<>();
            Map<Long, List<Long>> k = new HashMap<>();
            Map<Long, String> t = new HashMap<>();
            long[] frequency = {15_625_000};
            sorted.add(generation(batches, s, k, t, frequency));
            strings.add(s);
            stacks.add(k);
            types.add(t);
            frequencies.add(frequency[0]);
        }
        firstTicks = sorted.get(0).get(0).time;
        for (int g = 0; g < sorted.size(); g++) {
            for (Raw raw : sorted.get(g)) {
                deliver(raw, strings.get(g), stacks.get(g), types.get(g), 1_000_000_000L / frequencies.get(g));
            }
        }
    }

    private long number() {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte b = bytes[at++];
            value |= (long) (b & 127) << shift;
            if (b >= 0) {
                return value;
            }
        }
    }

    private String text() {
        int length = (int) number();
        at += length;
        return new String(bytes, at - length, length, StandardCharsets.UTF_8);
    }

    private List<Raw> generation(
            List<Object[]> batches,
            Map<Long, String> strings,
            Map<Long, List<Long>> stacks,
            Map<Long, String> types,
            long[] frequency) {
        Map<Long, List<Object[]>> byThread = new LinkedHashMap<>();
        for (Object[] batch : batches) {
            at = (int) batch[3];
            int end = (int) batch[4];
            if (at == end) {
                continue;
            }
            int first = bytes[at];
            if ((int) batch[0] != 0) {
                at++;
                if (first == 1) {
                    base = number();
                } else {
                    while (at < end) {
                        long id = number();
                        number();
                        long size = number();
                        long pointers = number();
                        types.put(id, text() + " " + size + " " + pointers);
                    }
                }
            } else if (first == 4) {
                at++;
                while (at < end) {
                    at++;
                    long id = number();
                    strings.put(id, text());
                }
            } else if (first == 2) {
                at++;
                while (at < end) {
                    at++;
                    long id = number();
                    List<Long> functions = new ArrayList<>();
                    for (long n = number(); n > 0; n--) {
                        number();
                        functions.add(number());
                        number();
                        number();
                    }
                    stacks.put(id, functions);
                }
            } else if (first == 8 || first == 50) {
                at += first == 8 ? 1 : 2;
                frequency[0] = number();
            } else if (first != 6) {
                byThread.computeIfAbsent((Long) batch[1], m -> new ArrayList<>())
                        .add(batch);
            }
        }
        List<Raw> all = new ArrayList<>();
        int order = 0;
        for (Map.Entry<Long, List<Object[]>> thread : byThread.entrySet()) {
            long latest = Long.MIN_VALUE;
            int index = 0;
            for (Object[] batch : thread.getValue()) {
                long time = (long) batch[2];
                at = (int) batch[3];
                while (at < (int) batch[4]) {
                    int type = bytes[at++] & 255;
                    time += number();
                    latest = Math.max(latest, time);
                    List<Long> args = new ArrayList<>();
                    for (int i = ARITY.get(type); i > 0; i--) {
                        args.add(number());
                    }
                    if (type == 10 || (type == 13 && (args.get(1) == 1 || args.get(1) == 3))) {
                        procOfM.put(thread.getKey(), args.get(0).intValue());
                    }
                    all.add(new Raw(latest, order, index++, type, args, procOfM.getOrDefault(thread.getKey(), 0)));
                }
            }
            order++;
        }
        procOfM.keySet().retainAll(byThread.keySet());
        all.sort(
                Comparator.comparingLong(Raw::time).thenComparingInt(Raw::order).thenComparingInt(Raw::index));
        timed += all.size();
        return all;
    }

    private void deliver(
            Raw raw,
            Map<Long, String> strings,
            Map<Long, List<Long>> stacks,
            Map<Long, String> types,
            long nanosPerTick) {
        List<Long> args = raw.args;
        long arg = args.isEmpty() ? 0 : args.get(0);
        long arg1 = args.size() < 2 ? 0 : args.get(1);
        long heapBase = base / (64 << 20) * (64 << 20);
        long page = base - heapBase + arg * 8192;
        long object = base - heapBase + arg * 8;
        long stack = base - heapBase + arg * 2048;
        int kind;
        long a = 0;
        long b = 0;
        String c = "";
        switch (raw.type) {
            case 128, 129 -> {
                kind = raw.type == 128 ? Kind.SPAN : Kind.SPAN_ALLOC;
                a = page;
                b = arg1;
                c = "" + args.get(2);
                live.add(page);
            }
            case 130 -> {
                kind = Kind.SPAN_FREE;
                a = page;
                orphanSpanFrees += live.remove(page) ? 0 : 1;
            }
            case 131, 132 -> {
                kind = raw.type == 131 ? Kind.OBJECT : Kind.OBJECT_ALLOC;
                a = object;
                c = types.getOrDefault(arg1, " 0 0");
            }
            case 133 -> {
                kind = Kind.OBJECT_FREE;
                a = object;
            }
            case 134, 135 -> {
                if (arg1 == 0) {
                    return;
                }
                kind = raw.type == 134 ? Kind.STACK : Kind.STACK_ALLOC;
                a = stack;
                for (b = 1; arg1 > 1; arg1--) {
                    b += b;
                }
            }
            case 136 -> {
                kind = Kind.STACK_FREE;
                a = stack;
            }
            case 9 -> {
                kind = Kind.PROCS_CHANGE;
                a = arg;
            }
            case 10 -> kind = Kind.PROC_START;
            case 13 -> {
                if (arg1 != 1 && arg1 != 3) {
                    return; // neither running nor in a system call
                }
                kind = Kind.PROC_START;
            }
            case 11, 12 -> kind = Kind.PROC_STOP;
            case 26 -> {
                kind = Kind.STW_BEGIN;
                c = strings.getOrDefault(arg, "");
            }
            case 27 -> kind = Kind.STW_END;
            case 29 -> {
                kind = Kind.GC_BEGIN;
                a = arg;
            }
            case 30 -> {
                kind = Kind.GC_END;
                a = arg;
            }
            case 32 -> {
                kind = Kind.SWEEP_BEGIN;
                c = reason(stacks.getOrDefault(arg, List.of()).stream()
                        .map(f -> strings.getOrDefault(f, ""))
                        .toList());
            }
            case 33 -> {
                kind = Kind.SWEEP_END;
                a = arg;
                b = arg1;
            }
            case 37 -> {
                kind = Kind.HEAP_ALLOC;
                a = arg;
            }
            case 38 -> {
                kind = Kind.HEAP_GOAL;
                a = arg;
            }
            case 44 -> {
                String value = strings.getOrDefault(args.get(2), "");
                String key = strings.getOrDefault(arg1, "");
                if (key.equals("needzero.checkpoint")) {
                    checkpoints.add(value);
                    return;
                }
                if (!key.equals("needzero.write")) {
                    return;
                }
                kind = Kind.WRITE;
                int space = value.indexOf(' ');
                a = Long.decode(value.substring(0, space)) - heapBase;
                b = Long.parseLong(value.substring(space + 1));
            }
            default -> {
                return;
            }
        }
        int proc = raw.type == 12 ? (int) arg : raw.proc;
        events.add(new Event(kind, proc, (raw.time - firstTicks) * nanosPerTick, a, b, c));
    }

    /** The innermost frame that tells: see {@code Kind}'s SWEEP_BY constants. */
    static String reason(List<String> frames) {
        for (String frame : frames) {
            if (frame.equals("runtime.sweepone") || frame.equals("runtime.deductSweepCredit")) {
                return "credit";
            }
            if (frame.equals("runtime.(*mheap).alloc") || frame.equals("runtime.(*mheap).reclaim")) {
                return "reclaim";
            }
            if (frame.equals("runtime.(*mcentral).cacheSpan")) {
                return "cacheSpan";
            }
        }
        return "unknown";
    }
}
