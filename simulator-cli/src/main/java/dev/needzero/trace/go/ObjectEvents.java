package dev.needzero.trace.go;

import dev.needzero.trace.EventBatch;
import dev.needzero.trace.Kind;

/**
 * The events of objects, nine in ten of a trace's, in loops of their own. They know the usual forms, ticks and type ids of
 * one or two bytes and object ids of three to five; {@link EventMerge} reads all others, one by one.
 *
 * <pre>
 *   [type][ticks, 1 or 2 bytes][object id, 3 to 5 bytes][type id, 1 or 2 bytes, if not a free]
 * </pre>
 *
 * <p>An event can begin to be read before the one before it is done only if it is known where: so lengths are told apart by
 * branches, which the processor guesses well, and not worked out from the bytes, which it must wait for.
 */
final class ObjectEvents {
    private static final int ENDS_AFTER_3 = 0x8080;
    private static final int THREE_BYTES = 0x808080;
    private static final int ENDS_AFTER_4 = 0x808080;
    private static final int FOUR_BYTES = 0x80808080;

    private int end;
    private long endTime;

    /** Where the events decoded or passed over last end. */
    int end() {
        return end;
    }

    /** The time of the last of them, by its batch's clock. */
    long endTime() {
        return endTime;
    }

    /**
     * Decodes events from {@code out.size} on as far as they fit, but for the proc; times are ticks.
     *
     * @param time of the event before, by its batch's clock
     * @param bound the time from which on events are not due
     * @param offsetOfFirst the byte offset that id 0 stands for
     * @param shift bytes from one id to the next, as a power of two
     * @return how many: all up to the first of another form, or that is not due
     */
    int decode(
            byte[] bytes,
            int from,
            int limit,
            long time,
            long bound,
            long offsetOfFirst,
            int shift,
            EventBatch out,
            int[] typesById) {
        byte[] kinds = out.kind;
        long[] times = out.timeNanos;
        long[] offsets = out.a;
        int[] types = out.c;
        int first = out.size;
        int n = first;
        int at = from;
        long own = time;
        while (n < kinds.length && at < limit) {
            int type = bytes[at] & 0xff;
            int ticks = bytes[at + 1];
            int p = at + 2;
            if (ticks < 0) {
                int high = bytes[at + 2];
                if (high < 0) {
                    break;
                }
                ticks = ticks & 0x7f | high << 7;
                p = at + 3;
            }
            long next = own + ticks;
            if (next >= bound) {
                break;
            }
            int word = Varint.half(bytes, p);
            long id = word & 0x7f | word >>> 1 & 0x3f80;
            if ((word & FOUR_BYTES) == ENDS_AFTER_4) {
                id |= word >>> 2 & 0x1fc000 | word >>> 3 & 0xfe00000;
                p += 4;
            } else if ((word & THREE_BYTES) == ENDS_AFTER_3) {
                id |= word >>> 2 & 0x1fc000;
                p += 3;
            } else {
                int high = bytes[p + 4];
                if ((word & FOUR_BYTES) != FOUR_BYTES || high < 0) {
                    break;
                }
                id |= word >>> 2 & 0x1fc000 | word >>> 3 & 0xfe00000 | (long) high << 28;
                p += 5;
            }
            if (type == EventType.HEAP_OBJECT_FREE) {
                kinds[n] = Kind.OBJECT_FREE;
            } else {
                int typeId = bytes[p++];
                if (typeId < 0) {
                    int high = bytes[p++];
                    typeId = typeId & 0x7f | high << 7;
                    if (high < 0) {
                        break;
                    }
                }
                if (typeId >= typesById.length) {
                    break;
                }
                if (type == EventType.HEAP_OBJECT_ALLOC) {
                    kinds[n] = Kind.OBJECT_ALLOC;
                } else if (type == EventType.HEAP_OBJECT) {
                    kinds[n] = Kind.OBJECT;
                } else {
                    break;
                }
                types[n] = typesById[typeId];
            }
            times[n] = next;
            offsets[n] = offsetOfFirst + (id << shift);
            own = next;
            at = p;
            n++;
        }
        end = at;
        endTime = own;
        return n - first;
    }

    /**
     * Passes over events, however many, due or not.
     *
     * @param time of the event before, by its batch's clock
     */
    void pass(byte[] bytes, int from, int limit, long time) {
        int at = from;
        long own = time;
        while (at < limit) {
            int type = bytes[at] & 0xff;
            int ticks = bytes[at + 1];
            int p = at + 2;
            if (ticks < 0) {
                int high = bytes[at + 2];
                if (high < 0) {
                    break;
                }
                ticks = ticks & 0x7f | high << 7;
                p = at + 3;
            }
            int word = Varint.half(bytes, p);
            if ((word & FOUR_BYTES) == ENDS_AFTER_4) {
                p += 4;
            } else if ((word & THREE_BYTES) == ENDS_AFTER_3) {
                p += 3;
            } else if ((word & FOUR_BYTES) == FOUR_BYTES && bytes[p + 4] >= 0) {
                p += 5;
            } else {
                break;
            }
            if (type != EventType.HEAP_OBJECT_FREE) {
                if (type != EventType.HEAP_OBJECT_ALLOC && type != EventType.HEAP_OBJECT) {
                    break;
                }
                byte typeId = bytes[p++];
                if (typeId < 0 && bytes[p++] < 0) {
                    break;
                }
            }
            own += ticks;
            at = p;
        }
        end = at;
        endTime = own;
    }
}
