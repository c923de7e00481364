package dev.needzero.trace.nzt;

import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.longs.LongArrayList;

/** Where each block begins and what it covers: some twenty bytes of memory a block. */
final class NztIndex {
    private final LongArrayList dictionaryOffsets = new LongArrayList();
    private final LongArrayList offsets = new LongArrayList();
    private final LongArrayList firstEvents = new LongArrayList();
    private final LongArrayList latestNanos = new LongArrayList();
    private final IntArrayList counts = new IntArrayList();
    private long events;

    /**
     * Reads an INDEX payload.
     *
     * @param fileBytes where no block can begin any more
     */
    static NztIndex read(ByteSource in, long fileBytes) throws DamagedBlockException {
        NztIndex index = new NztIndex();
        long offset = Block.FILE_HEADER_BYTES;
        for (int left = in.count(Integer.MAX_VALUE, "blocks in the index"); left > 0; left--) {
            int kind = in.u8();
            offset += in.uv();
            if (offset < 0 || offset >= fileBytes) {
                throw new DamagedBlockException("a block at " + offset + " in the index");
            }
            int count = in.count(Block.MAX_EVENTS, "events in a block");
            long earliest = kind == Block.EVENTS ? in.sv() : 0;
            long latest = kind == Block.EVENTS ? earliest + in.sv() : 0;
            index.add(kind, offset, count, latest);
        }
        return index;
    }

    void add(int kind, long offset, int count, long latest) {
        if (kind == Block.TYPES || kind == Block.STRINGS) {
            dictionaryOffsets.add(offset);
        } else if (kind == Block.EVENTS) {
            offsets.add(offset);
            firstEvents.add(events);
            counts.add(count);
            latestNanos.add(latest);
            events += count;
        }
    }

    /** Events that a block, lost between two others, held. */
    void skipTo(long firstEvent) {
        events = Math.max(events, firstEvent);
    }

    LongArrayList dictionaryOffsets() {
        return dictionaryOffsets;
    }

    int eventBlocks() {
        return offsets.size();
    }

    long offset(int block) {
        return offsets.getLong(block);
    }

    long firstEvent(int block) {
        return firstEvents.getLong(block);
    }

    long events() {
        return events;
    }

    /** The last block that begins at or before {@code event}; the first one if none does. */
    int blockOfEvent(long event) {
        int low = 0;
        int high = offsets.size() - 1;
        while (low < high) {
            int middle = low + high + 1 >>> 1;
            if (firstEvents.getLong(middle) <= event) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** The first block, from {@code from} on, with an event at or after {@code nanos}; the number of blocks if none has. */
    int blockOfTime(long nanos, int from) {
        int block = from;
        while (block < offsets.size() && latestNanos.getLong(block) < nanos) {
            block++;
        }
        return block;
    }
}
