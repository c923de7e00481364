package dev.needzero.workload;

import java.util.Locale;

/** Makes objects of one sort and size, the first part of each written. */
final class LargeObjects {
    /** What the objects are. */
    enum Sort {
        /** {@code make([]*int, size/8)}. */
        PTR,
        /** {@code make([]int, size/8)}. */
        NOSCAN,
        /** {@code make(chan record, size/48)}. */
        CHAN,
        /** {@code make(chan int, size/8)}: header and buffer in one object. */
        INTCHAN
    }

    private final Program program;
    private final Sort sort;
    private final long elements;
    private final long touched;
    private final GoType elem;
    private final int type;
    private final Channels channels;

    LargeObjects(Program program, GoLanguage go, Sort sort, long sizeBytes, double touchedShare) {
        this.program = program;
        this.sort = sort;
        elem = switch (sort) {
            case PTR -> GoType.POINTER;
            case NOSCAN, INTCHAN -> GoType.INT;
            case CHAN -> GoType.RECORD;
        };
        elements = sizeBytes / elem.sizeBytes();
        if (elements == 0) {
            throw new IllegalArgumentException("a " + sort.name().toLowerCase(Locale.ROOT) + " of " + sizeBytes
                    + " bytes holds nothing (an element has " + elem.sizeBytes() + ")");
        }
        touched = (long) (elements * touchedShare);
        type = program.type(elem);
        channels = new Channels(program, go, elem);
    }

    /** Makes one; what is returned stands for it in {@link #drop}. */
    long make() {
        if (sort == Sort.CHAN || sort == Sort.INTCHAN) {
            long channel = channels.make(elements);
            channels.filled(channel, touched);
            return channel;
        }
        int id = program.alloc(elements * elem.sizeBytes(), type);
        program.write(id, touched * elem.sizeBytes());
        return Channels.handle(id);
    }

    /** Nothing refers to it any more. */
    void drop(long made) {
        channels.drop(made);
    }
}
