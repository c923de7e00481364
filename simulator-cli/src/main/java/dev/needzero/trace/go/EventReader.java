package dev.needzero.trace.go;

import dev.needzero.trace.BadInputException;
import dev.needzero.trace.EventBatch;
import dev.needzero.trace.Kind;
import dev.needzero.units.Units;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the events mean: one event's arguments in, none or one event of a batch out. */
final class EventReader {
    private static final int MAX_PROC = Short.MAX_VALUE;
    private static final int MAX_SPAN_PAGES = Integer.MAX_VALUE;
    private static final int MAX_SIZE_CLASS = 67;
    private static final int MAX_STACK_ORDER = 48;
    /** Spans that the background sweeper sweeps before it gives way. */
    private static final int SWEEP_BATCH_SPANS = 10;

    /** The reason of a goroutine's stop when it gives way by itself; another reason, as preemption, says nothing of batches. */
    private static final byte[] GIVES_WAY = "runtime.Gosched".getBytes(StandardCharsets.US_ASCII);

    /** The reason of the background scavenger's stop when it gave something back; else it waits to be woken. */
    private static final byte[] SLEEPS = "sleep".getBytes(StandardCharsets.US_ASCII);

    private static final int NOTHING_LEFT = -1;
    private static final int RUNNING = 1;
    private static final int IN_SYSCALL = 3;
    private static final int GO_RUNNING = 2;
    private static final int GO_IN_SYSCALL = 3;

    /** The event's arguments after its time. */
    final long[] arguments = new long[EventType.MAX_ARGUMENTS];

    private final Generation generation;
    private final UserMarks marks;
    /** Others ask for what is in it while this adds. */
    private final List<String> strings = Collections.synchronizedList(new ArrayList<>());

    private final Map<String, Integer> stringIndex = new HashMap<>();
    private long offsetOfBase;
    private int objectShift;
    private int stackShift;
    /** How long the background scavenger has run since it last waited. */
    private long scavengerTicks;
    /** The background sweeper's goroutine, once it was seen. */
    private long sweeper = MStream.NO_GOROUTINE;

    EventReader(Generation generation, Warnings warnings) {
        this.generation = generation;
        this.marks = new UserMarks(generation.tables(), generation.batches(), this, warnings);
    }

    /** @param heapBase the address that offset 0 stands for */
    void setUnits(Generation.AddressUnits units, long heapBase) {
        offsetOfBase = units.base() - heapBase;
        objectShift = Long.numberOfTrailingZeros(units.objectAlignBytes());
        stackShift = Long.numberOfTrailingZeros(units.stackAlignBytes());
        marks.setHeapBase(heapBase);
    }

    /** Offset of id 0. */
    long offsetOfBase() {
        return offsetOfBase;
    }

    int objectShift() {
        return objectShift;
    }

    String string(int index) {
        return strings.get(index);
    }

    /** The index of a text that outlives its generation. */
    int intern(String text) {
        Integer known = stringIndex.putIfAbsent(text, strings.size());
        if (known != null) {
            return known;
        }
        strings.add(text);
        return strings.size() - 1;
    }

    boolean isMarkPending() {
        return marks.isPending();
    }

    boolean movesOn(MStream stream, int type) {
        return marks.movesOn(stream, type);
    }

    void deliverMark(EventBatch out) {
        marks.deliver(out);
    }

    /** Takes an event whose arguments are set; its time is in ticks. */
    void read(int type, MStream stream, long time, EventBatch out) throws BadInputException {
        if (type >= EventType.SPAN) {
            readAllocFree(type, stream, time, out);
            return;
        }
        long first = arguments[0];
        switch (type) {
            case EventType.PROCS_CHANGE -> out.add(Kind.PROCS_CHANGE, stream.proc, time, first, 0, 0);
            case EventType.PROC_START -> {
                stream.proc = proc(stream, first);
                out.add(Kind.PROC_START, stream.proc, time, 0, 0, 0);
            }
            case EventType.PROC_STOP -> out.add(Kind.PROC_STOP, stream.proc, time, 0, 0, 0);
            case EventType.PROC_STEAL -> out.add(Kind.PROC_STOP, proc(stream, first), time, 0, 0, 0);
            case EventType.PROC_STATUS -> {
                if (arguments[1] == RUNNING || arguments[1] == IN_SYSCALL) {
                    stream.proc = proc(stream, first);
                    out.add(Kind.PROC_START, stream.proc, time, 0, 0, 0);
                }
            }
            case EventType.GO_START, EventType.GO_SWITCH, EventType.GO_SWITCH_DESTROY -> {
                stream.goroutine = first;
                stream.goroutineStarted = time;
                if (first == sweeper) {
                    out.add(Kind.SWEEP_BEGIN, stream.proc, time, 0, 0, Kind.SWEEP_BY_BACKGROUND);
                }
            }
            case EventType.GO_DESTROY, EventType.GO_DESTROY_SYSCALL, EventType.GO_SYSCALL_END_BLOCKED ->
                stream.goroutine = MStream.NO_GOROUTINE;
            case EventType.GO_STOP, EventType.GO_BLOCK -> {
                backgroundWork(type, generation.tables().worker(arguments[1]), stream, time, out);
                stream.goroutine = MStream.NO_GOROUTINE;
            }
            case EventType.GO_STATUS, EventType.GO_STATUS_STACK -> {
                MStream on = generation.stream(arguments[1]);
                if (on != null && (arguments[2] == GO_RUNNING || arguments[2] == GO_IN_SYSCALL)) {
                    on.goroutine = first;
                }
                if (type == EventType.GO_STATUS_STACK
                        && generation.tables().worker(arguments[3]) == Tables.Worker.SWEEPER) {
                    sweeper = first;
                }
            }
            case EventType.STW_BEGIN ->
                out.add(
                        Kind.STW_BEGIN,
                        stream.proc,
                        time,
                        0,
                        0,
                        intern(generation.tables().string(first)));
            case EventType.STW_END -> out.add(Kind.STW_END, stream.proc, time, 0, 0, 0);
            case EventType.GC_BEGIN ->
                out.add(
                        Kind.GC_BEGIN,
                        stream.proc,
                        time,
                        first,
                        0,
                        generation.tables().gcReason(arguments[1]));
            case EventType.GC_END -> out.add(Kind.GC_END, stream.proc, time, first, 0, 0);
            case EventType.GC_SWEEP_BEGIN ->
                out.add(
                        Kind.SWEEP_BEGIN,
                        stream.proc,
                        time,
                        0,
                        0,
                        generation.tables().sweepReason(first));
            case EventType.GC_SWEEP_END -> out.add(Kind.SWEEP_END, stream.proc, time, first, arguments[1], 0);
            case EventType.HEAP_ALLOC -> out.add(Kind.HEAP_ALLOC, stream.proc, time, first, 0, 0);
            case EventType.HEAP_GOAL -> out.add(Kind.HEAP_GOAL, stream.proc, time, first, 0, 0);
            case EventType.USER_LOG -> marks.read(arguments[1], arguments[2], stream, time, out);
            case EventType.GO_SYSCALL_BEGIN -> marks.syscall(arguments[1], stream, time, out);
            default -> {} // scheduling that moves no memory
        }
    }

    /** A goroutine stops running; if it is one of the runtime's that move memory, what it did until now is an event. */
    private void backgroundWork(int type, Tables.Worker worker, MStream stream, long time, EventBatch out) {
        switch (worker) {
            case SCAVENGER -> {
                scavengerTicks += time - stream.goroutineStarted;
                if (type == EventType.GO_BLOCK) {
                    boolean slept = generation.tables().stringEquals(arguments[0], SLEEPS);
                    double ranNanos = slept ? scavengerTicks * generation.nanosPerTick() : 0;
                    out.add(Kind.SCAVENGER_RAN, stream.proc, time, (long) ranNanos, 0, 0);
                    scavengerTicks = 0;
                }
            }
            case SWEEPER -> {
                sweeper = stream.goroutine;
                int swept = type == EventType.GO_BLOCK ? NOTHING_LEFT : givesWay() ? SWEEP_BATCH_SPANS : 0;
                out.add(Kind.SWEEPER_RAN, stream.proc, time, swept, 0, 0);
            }
            case PROGRAM -> {
                if (type == EventType.GO_STOP && givesWay()) {
                    out.add(Kind.SWEEPER_RAN, stream.proc, time, 1, 0, 0);
                }
            }
            case NONE -> {}
        }
    }

    private boolean givesWay() {
        return generation.tables().stringEquals(arguments[0], GIVES_WAY);
    }

    private void readAllocFree(int type, MStream stream, long time, EventBatch out) throws BadInputException {
        int proc = stream.proc;
        long first = arguments[0];
        long second = arguments[1];
        switch (type) {
            case EventType.SPAN, EventType.SPAN_ALLOC -> {
                long kindclass = arguments[2];
                if (second <= 0 || second > MAX_SPAN_PAGES || kindclass < 0 || kindclass >>> 2 > MAX_SIZE_CLASS) {
                    throw damage(
                            stream,
                            "a span of " + Long.toUnsignedString(second) + " pages and kind "
                                    + Long.toUnsignedString(kindclass));
                }
                byte kind = type == EventType.SPAN ? Kind.SPAN : Kind.SPAN_ALLOC;
                out.add(kind, proc, time, offsetOfBase + (first << Units.PAGE_SHIFT), second, (int) kindclass);
            }
            case EventType.SPAN_FREE ->
                out.add(Kind.SPAN_FREE, proc, time, offsetOfBase + (first << Units.PAGE_SHIFT), 0, 0);
            case EventType.GOROUTINE_STACK, EventType.GOROUTINE_STACK_ALLOC -> {
                if (second == 0) {
                    return; // a dead goroutine's record, which has no stack
                }
                if (second < 0 || second > MAX_STACK_ORDER) {
                    throw damage(stream, "a stack of order " + Long.toUnsignedString(second));
                }
                byte kind = type == EventType.GOROUTINE_STACK ? Kind.STACK : Kind.STACK_ALLOC;
                out.add(kind, proc, time, offsetOfBase + (first << stackShift), 1L << (second - 1), 0);
            }
            case EventType.GOROUTINE_STACK_FREE ->
                out.add(Kind.STACK_FREE, proc, time, offsetOfBase + (first << stackShift), 0, 0);
            case EventType.HEAP_OBJECT, EventType.HEAP_OBJECT_ALLOC -> {
                byte kind = type == EventType.HEAP_OBJECT ? Kind.OBJECT : Kind.OBJECT_ALLOC;
                int objectType = generation.tables().type(second);
                out.add(kind, proc, time, offsetOfBase + (first << objectShift), 0, objectType);
            }
            case EventType.HEAP_OBJECT_FREE ->
                out.add(Kind.OBJECT_FREE, proc, time, offsetOfBase + (first << objectShift), 0, 0);
            default -> {} // none is left
        }
    }

    private int proc(MStream stream, long id) throws BadInputException {
        if (id < 0 || id > MAX_PROC) {
            throw damage(stream, "a P numbered " + Long.toUnsignedString(id) + "; expected at most " + MAX_PROC);
        }
        return (int) id;
    }

    private BadInputException damage(MStream stream, String problem) {
        return generation
                .batches()
                .damage(stream.payload, stream.at, "damaged batch of thread " + stream.m + ": " + problem);
    }
}
