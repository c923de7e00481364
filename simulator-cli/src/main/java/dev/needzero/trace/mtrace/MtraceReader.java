package dev.needzero.trace.mtrace;

import dev.needzero.trace.BadInputException;
import dev.needzero.trace.TraceInput;
import dev.needzero.trace.unplaced.CTypes;
import dev.needzero.trace.unplaced.Notes;
import dev.needzero.trace.unplaced.UnplacedReader;
import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import java.io.EOFException;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Records of 64 bytes, little-endian:
 * <pre>
 *  0  i32 thread
 *  4  u32 type (bits 0–7), path taken within malloc (bits 8–31; bit 14: a realloc that became malloc and free)
 *  8  u64 ptr1   free, realloc: the object; posix_memalign: the error code
 * 16  u64 ptr2   the object that the call returned
 * 24  u64 size   asked for
 * 32  u64 size2  memalign, posix_memalign: the alignment
 * 40  u64 size3, 48 u64 pad[2]: not used here
 * </pre>
 * A record of type 255 with 0x1234 and the size of a pointer opens the trace; records of type 0 are slots that no thread
 * filled. No clock: records stand in the order in which calls began.
 */
final class MtraceReader extends UnplacedReader {
    static final int RECORD_BYTES = 64;

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final int UNUSED = 0;
    private static final int MALLOC = 1;
    private static final int CALLOC = 2;
    private static final int FREE = 3;
    private static final int REALLOC = 4;
    private static final int MEMALIGN = 5;
    private static final int VALLOC = 6;
    private static final int PVALLOC = 7;
    private static final int POSIX_MEMALIGN = 8;
    private static final int MAGIC = 255;

    private static final int REALLOC_BECAME_MALLOC_FREE = 1 << 14;
    private static final long OS_PAGE_BYTES = 4096;

    /** The malloc and the free that a realloc consisted of, which follow it in the same thread and say nothing new. */
    private static final class InnerCalls {
        private long allocated;
        private long freed;
    }

    private final CTypes c = new CTypes(types(), notes());
    private final Notes.Counter failed = notes().counter("requests that the recorder's allocator refused: left out");
    private final Long2ObjectOpenHashMap<InnerCalls> innerByThread = new Long2ObjectOpenHashMap<>();

    private final byte[] buffer = new byte[RECORD_BYTES << 10];
    private int position;
    private int filled;
    private long bufferOffset;

    MtraceReader(TraceInput input) {
        super(unplaced(MtraceFormat.NAME), input);
    }

    @Override
    protected boolean readRecord() throws IOException {
        if (position == filled && !fill()) {
            return false;
        }
        int at = position;
        int thread = (int) INT.get(buffer, at);
        int typeAndPath = (int) INT.get(buffer, at + 4);
        long ptr1 = (long) LONG.get(buffer, at + 8);
        long ptr2 = (long) LONG.get(buffer, at + 16);
        long bytes = (long) LONG.get(buffer, at + 24);
        long alignmentBytes = (long) LONG.get(buffer, at + 32);
        int type = typeAndPath & 0xff;
        at(thread, 0);
        if (type != UNUSED && (innerByThread.isEmpty() || !isInnerCall(thread, type, ptr1, ptr2))) {
            call(type, typeAndPath, thread, ptr1, ptr2, bytes, alignmentBytes);
        }
        position = at + RECORD_BYTES;
        return true;
    }

    private void call(int type, int typeAndPath, int thread, long ptr1, long ptr2, long bytes, long alignmentBytes)
            throws IOException {
        switch (type) {
            case MALLOC -> place(ptr2, bytes, c.malloc);
            case CALLOC -> place(ptr2, bytes, c.calloc);
            case FREE -> {
                if (ptr1 != 0) {
                    release(ptr1);
                }
            }
            case REALLOC -> {
                if ((typeAndPath & REALLOC_BECAME_MALLOC_FREE) != 0) {
                    InnerCalls inner = new InnerCalls();
                    inner.allocated = ptr2;
                    inner.freed = ptr1;
                    innerByThread.put(thread, inner);
                }
                realloc(ptr1, ptr2, bytes);
            }
            case MEMALIGN -> placeAligned(ptr2, bytes, alignmentBytes);
            case POSIX_MEMALIGN -> placeAligned(ptr1 == 0 ? ptr2 : 0, bytes, alignmentBytes);
            case VALLOC -> placeAligned(ptr2, bytes, OS_PAGE_BYTES);
            case PVALLOC -> placeAligned(ptr2, wholePages(bytes), OS_PAGE_BYTES);
            case MAGIC -> checkMagic(ptr1, bytes);
            default -> throw new BadInputException(where(), "record of type " + type + ", expected 0 to 8 or 255");
        }
    }

    private boolean isInnerCall(int thread, int type, long ptr1, long ptr2) {
        InnerCalls inner = innerByThread.get(thread);
        if (inner == null) {
            return false;
        }
        if (type == MALLOC && ptr2 != 0 && ptr2 == inner.allocated) {
            inner.allocated = 0;
            return true;
        }
        innerByThread.remove(thread);
        return type == FREE && ptr1 != 0 && ptr1 == inner.freed;
    }

    private void realloc(long oldPointer, long newPointer, long bytes) throws IOException {
        if (newPointer == 0) {
            if (bytes == 0 && oldPointer != 0) {
                release(oldPointer);
            } else {
                failed.increment();
            }
        } else if (oldPointer == 0) {
            allocate(newPointer, bytes, c.realloc);
        } else {
            reallocate(oldPointer, newPointer, bytes, c.realloc);
        }
    }

    private void place(long pointer, long bytes, int type) throws IOException {
        if (pointer == 0) {
            failed.increment();
        } else {
            allocate(pointer, bytes, type);
        }
    }

    private void placeAligned(long pointer, long bytes, long alignmentBytes) throws IOException {
        if (pointer == 0) {
            failed.increment();
        } else {
            allocate(pointer, alignedSize(bytes, alignmentBytes), c.memalign);
        }
    }

    private static long wholePages(long bytes) {
        return Math.max(OS_PAGE_BYTES, (bytes + OS_PAGE_BYTES - 1) & -OS_PAGE_BYTES);
    }

    private void checkMagic(long ptr1, long pointerBytes) throws BadInputException {
        if (ptr1 != 0x1234 || pointerBytes != 8) {
            throw new BadInputException(
                    where(),
                    "the opening record holds 0x" + Long.toHexString(ptr1) + " and pointers of " + pointerBytes
                            + " bytes, expected 0x1234 and 8 (32-bit traces are laid out differently)");
        }
    }

    /** Fills the buffer with whole records; false at the end. */
    private boolean fill() throws IOException {
        bufferOffset += filled;
        position = 0;
        filled = 0;
        boolean cutShort = false;
        try {
            int count = 0;
            while (count >= 0 && filled < buffer.length) {
                filled += count;
                count = filled == buffer.length ? -1 : input().read(buffer, filled, buffer.length - filled);
            }
        } catch (EOFException e) {
            cutShort = true;
        }
        int torn = filled % RECORD_BYTES;
        if (torn != 0 || cutShort) {
            filled -= torn;
            notes().fact("the trace stops in the middle, at byte " + (bufferOffset + filled)
                    + "; the whole records before it were read");
        }
        return filled > 0;
    }

    @Override
    protected String where() {
        return input().at(bufferOffset + position);
    }
}
