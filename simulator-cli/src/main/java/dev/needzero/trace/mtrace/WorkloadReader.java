package dev.needzero.trace.mtrace;

import dev.needzero.trace.BadInputException;
import dev.needzero.trace.TraceInput;
import dev.needzero.trace.unplaced.CTypes;
import dev.needzero.trace.unplaced.UnplacedReader;
import it.unimi.dsi.fastutil.longs.LongOpenHashSet;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * An opcode byte, then numbers of 7 bits a byte, highest first. The head says how many objects, hand-overs and threads
 * there are and at which byte each thread's stream begins; a thread's stream is its calls in order. A hand-over is a
 * SYNC_W in one thread and the SYNC_R of the same number in another, which waits for it.
 *
 * <p>The order between threads is lost but for the hand-overs. Threads are played in turn, a call each; one that waits is
 * passed over. Since several places of the file are read at once, the input is unpacked to a temporary file first.
 */
final class WorkloadReader extends UnplacedReader {
    private static final int NOP = 0;
    private static final int DONE = 1;
    private static final int MALLOC = 2;
    private static final int CALLOC = 3;
    private static final int REALLOC = 4;
    private static final int FREE = 5;
    private static final int SYNC_W = 6;
    private static final int SYNC_R = 7;
    static final int ALLOC_PTRS = 8;
    static final int ALLOC_SYNCS = 9;
    static final int NTHREADS = 10;
    private static final int START_THREAD = 11;
    private static final int MEMALIGN = 12;
    private static final int VALLOC = 13;
    private static final int PVALLOC = 14;
    private static final int POSIX_MEMALIGN = 15;

    /** A magic text may stand before the head; thread offsets then count from behind it or from the file's start. */
    private static final int MAX_MAGIC_BYTES = 64;

    private static final int MAX_THREADS = 10_000;
    private static final long OS_PAGE_BYTES = 4096;

    private final CTypes c = new CTypes(types(), notes());
    private final Path spool;
    private final FileChannel file;
    /** Numbers of hand-overs written and not yet read. */
    private final LongOpenHashSet handedOver = new LongOpenHashSet();

    private final List<ThreadStream> threads = new ArrayList<>();
    private final List<Integer> threadNumbers = new ArrayList<>();
    private long[] waitsFor = new long[0];
    private int turn;
    private int passedOver;
    private ThreadStream current;

    WorkloadReader(TraceInput input) throws IOException {
        super(unplaced(WorkloadFormat.NAME), input);
        spool = Files.createTempFile("needzero-", ".wl");
        file = FileChannel.open(
                spool, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
        try {
            unpack();
            readHead();
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
        if (threads.size() > 1) {
            notes().fact("the trace keeps the order between threads only where one takes over from another: they are"
                    + " played in turn");
        }
    }

    private void unpack() throws IOException {
        byte[] chunk = new byte[1 << 16];
        try {
            for (int count = input().read(chunk, 0, chunk.length);
                    count >= 0;
                    count = input().read(chunk, 0, chunk.length)) {
                ByteBuffer bytes = ByteBuffer.wrap(chunk, 0, count);
                while (bytes.hasRemaining()) {
                    file.write(bytes);
                }
            }
        } catch (EOFException e) {
            notes().fact("the compressed file stops in the middle, after " + file.size() + " bytes");
        }
    }

    private void readHead() throws IOException {
        int magicBytes = magicBytes(input().head());
        if (magicBytes < 0) {
            throw new BadInputException(
                    input().name(),
                    "no workload's head (opcodes 8, 9, 10, each with a number) within the first " + MAX_MAGIC_BYTES
                            + " bytes");
        }
        ThreadStream head = new ThreadStream(file, input().name(), magicBytes);
        current = head;
        List<Long> offsets = new ArrayList<>();
        for (int opcode = head.opcode(); opcode != DONE; opcode = head.opcode()) {
            switch (opcode) {
                case NOP -> {}
                case ALLOC_PTRS -> head.number("number of objects");
                case ALLOC_SYNCS -> head.number("number of hand-overs");
                case NTHREADS -> head.number("number of threads");
                case START_THREAD -> {
                    offsets.add(head.number("thread's offset"));
                    if (offsets.size() > MAX_THREADS) {
                        throw new BadInputException(where(), "more than " + MAX_THREADS + " threads");
                    }
                }
                case -1 -> throw new BadInputException(where(), "the file ends within its head");
                default ->
                    throw new BadInputException(where(), "opcode " + opcode + " in the head, expected 8 to 11 or 1");
            }
        }
        long base = !offsets.isEmpty() && offsets.get(0) == head.offset() - magicBytes ? magicBytes : 0;
        for (long offset : offsets) {
            if (offset < head.offset() - magicBytes || offset + base > file.size()) {
                throw new BadInputException(
                        input().name(),
                        "a thread begins at byte " + offset + ", outside of the file's " + file.size() + " bytes");
            }
            threadNumbers.add(threads.size());
            threads.add(new ThreadStream(file, input().name(), offset + base));
        }
        waitsFor = new long[threads.size()];
        current = head;
    }

    /** Bytes before the head, which is told by its fixed beginning; -1 if there is none. */
    static int magicBytes(byte[] head) {
        for (int start = 0; start < Math.min(MAX_MAGIC_BYTES, head.length); start++) {
            int at = start;
            for (int opcode = ALLOC_PTRS; opcode <= NTHREADS && at >= 0; opcode++) {
                at = at < head.length && head[at] == opcode ? afterNumber(head, at + 1) : -1;
            }
            if (at >= 0 && at < head.length && (head[at] == START_THREAD || head[at] == DONE)) {
                return start;
            }
        }
        return -1;
    }

    private static int afterNumber(byte[] head, int start) {
        int at = start;
        while (at < head.length && head[at] < 0) {
            at++;
        }
        return at - start < 9 ? at + 1 : -1;
    }

    @Override
    protected boolean readRecord() throws IOException {
        if (threads.isEmpty()) {
            return false;
        }
        if (turn >= threads.size()) {
            turn = 0;
        }
        current = threads.get(turn);
        if (waitsFor[turn] != 0 && !handedOver.remove(waitsFor[turn])) {
            if (++passedOver >= threads.size()) {
                throw new BadInputException(
                        where(), "every thread waits for another (this one for hand-over " + waitsFor[turn] + ")");
            }
            turn++;
            return true;
        }
        passedOver = 0;
        waitsFor[turn] = 0;
        at(threadNumbers.get(turn), 0);
        if (play(current)) {
            turn++;
        } else {
            endThread();
        }
        return true;
    }

    private void endThread() {
        threads.remove(turn);
        threadEnded(threadNumbers.remove(turn));
        System.arraycopy(waitsFor, turn + 1, waitsFor, turn, waitsFor.length - turn - 1);
    }

    /** One operation; false if it was the thread's last. */
    private boolean play(ThreadStream in) throws IOException {
        int opcode = in.opcode();
        switch (opcode) {
            case NOP -> {}
            case MALLOC -> allocateNew(in.number("object"), in.number("size"), c.malloc);
            case CALLOC -> allocateNew(in.number("object"), in.number("size"), c.calloc);
            case REALLOC -> realloc(in.number("new object"), in.number("old object"), in.number("size"));
            case FREE -> {
                long object = in.number("object");
                if (object != 0) {
                    release(object);
                }
            }
            case SYNC_W -> handedOver.add(in.number("hand-over"));
            case SYNC_R -> waitsFor[turn] = handOver(in);
            case MEMALIGN, POSIX_MEMALIGN -> {
                long object = in.number("object");
                long alignmentBytes = in.number("alignment");
                allocateAligned(object, in.number("size"), alignmentBytes);
            }
            case VALLOC -> allocateAligned(in.number("object"), in.number("size"), OS_PAGE_BYTES);
            case PVALLOC -> {
                long object = in.number("object");
                long bytes = in.number("size");
                allocateAligned(object, (bytes + OS_PAGE_BYTES - 1) & -OS_PAGE_BYTES, OS_PAGE_BYTES);
            }
            case DONE -> {
                return false;
            }
            case -1 -> {
                notes().fact("the trace stops in the middle: a thread's stream has no end");
                return false;
            }
            default ->
                throw new BadInputException(
                        where(), "opcode " + opcode + ", expected 0 to 7 or 12 to 15 within a thread");
        }
        return true;
    }

    private long handOver(ThreadStream in) throws IOException {
        long number = in.number("hand-over");
        if (number == 0) {
            throw new BadInputException(where(), "hand-over 0, but they are counted from 1");
        }
        return number;
    }

    /** Object 0 is NULL: a call that failed, which no workload needs to repeat. */
    private void allocateNew(long object, long bytes, int type) throws IOException {
        if (object != 0) {
            allocate(object, bytes, type);
        }
    }

    private void allocateAligned(long object, long bytes, long alignmentBytes) throws IOException {
        if (object != 0) {
            allocate(object, alignedSize(bytes, alignmentBytes), c.memalign);
        }
    }

    private void realloc(long newObject, long oldObject, long bytes) throws IOException {
        if (newObject == 0) {
            if (bytes == 0 && oldObject != 0) {
                release(oldObject);
            }
        } else if (oldObject == 0) {
            allocate(newObject, bytes, c.realloc);
        } else {
            reallocate(oldObject, newObject, bytes, c.realloc);
        }
    }

    @Override
    protected String where() {
        return current.where();
    }

    @Override
    public void close() throws IOException {
        file.close();
        super.close();
    }
}
