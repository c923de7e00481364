package dev.needzero.trace.nzt;

import dev.needzero.trace.BadInputException;
import dev.needzero.trace.EventBatch;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads an {@code .nzt} file from any event or time on, straight from the block that holds it. */
public final class SeekingNztReader extends NztReader {
    private NztIndex index;

    private SeekingNztReader(String name, FileChannel channel, ChannelSource source, boolean skipDamaged)
            throws IOException {
        super(name, channel, source, source::position, channel.size(), skipDamaged);
    }

    /** Opens a file that is not packed. */
    public static SeekingNztReader open(Path file, boolean skipDamaged) throws IOException {
        FileChannel channel;
        try {
            channel = FileChannel.open(file);
        } catch (NoSuchFileException e) {
            throw new BadInputException(file.toString(), "no such file");
        }
        try {
            return new SeekingNztReader(file.toString(), channel, new ChannelSource(channel), skipDamaged);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /**
     * Goes to the event with this number, counted from 0: {@link #next} delivers it first. If its block is lost, the next
     * event that is not.
     */
    public void seekEvent(long event) throws IOException {
        NztIndex places = index();
        if (event < 0 || places.eventBlocks() == 0 || event >= places.events()) {
            toEnd();
            return;
        }
        load(places.offset(places.blockOfEvent(event)));
        discard(event - position());
    }

    /**
     * Goes to the first event at or after this time, in nanoseconds since the trace's first.
     *
     * @return its number, or that of events in the file when there is none
     */
    public long seekTime(long nanos) throws IOException {
        NztIndex places = index();
        EventBatch scratch = new EventBatch();
        for (int block = places.blockOfTime(nanos, 0);
                block < places.eventBlocks();
                block = places.blockOfTime(nanos, block + 1)) {
            load(places.offset(block));
            long before = 0;
            while (left() > 0) {
                scratch.size = 0;
                decode(scratch, EventBatch.CAPACITY);
                for (int i = 0; i < scratch.size; i++) {
                    if (scratch.timeNanos[i] >= nanos) {
                        load(places.offset(block));
                        discard(before + i);
                        return position();
                    }
                }
                before += scratch.size;
            }
        }
        toEnd();
        return places.events();
    }

    private void load(long offset) throws IOException {
        goTo(offset);
        loadEvents();
    }

    /** The index, with the dictionaries of the whole file read: events refer to what stands before them. */
    private NztIndex index() throws IOException {
        if (index == null) {
            index = findIndex();
            for (long offset : index.dictionaryOffsets()) {
                goTo(offset);
                readBlock();
            }
        }
        return index;
    }
}
