package dev.needzero.trace.nzt;

import dev.needzero.trace.BadInputException;
import dev.needzero.trace.EventBatch;
import dev.needzero.trace.TraceInfo;
import dev.needzero.trace.TraceInput;
import dev.needzero.trace.TraceReader;
import dev.needzero.trace.TypeTable;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Reads {@code .nzt} from front to back; {@link SeekingNztReader} goes to any event or time.
 *
 * <p>A damaged block is an error that names it, or, if damaged blocks are to be skipped, a warning; the blocks around it
 * are read all the same.
 */
public class NztReader implements TraceReader {
    private final String name;
    private final Closeable closeable;
    private final LongSupplier bytesRead;
    private final long bytesTotal;
    private final BlockScanner scanner;
    private final ReadAhead blocks;
    private EventsDecoder decoder = new EventsDecoder();
    private final Dictionary dictionary = new Dictionary();
    private final List<String> sourceWarnings = new ArrayList<>();
    private final DamageLog damages;

    private TraceInfo info;
    private long nextNumber;
    private long nextEvent;
    private boolean endSeen;
    private boolean ended;
    private long blockOffset;
    private Block current;
    private long decodedBefore;
    private long decodedByBlockEnd;
    private int eventsOfBlock;

    NztReader(
            String name,
            Closeable closeable,
            BlockScanner.Source source,
            LongSupplier bytesRead,
            long bytesTotal,
            boolean skipDamaged)
            throws IOException {
        this.name = name;
        this.closeable = closeable;
        this.bytesRead = bytesRead;
        this.bytesTotal = bytesTotal;
        this.damages = new DamageLog(name, skipDamaged);
        this.scanner = new BlockScanner(source);
        this.blocks = new ReadAhead(scanner);
        readFileHeader();
        while (info == null) {
            if (!readBlock()) {
                throw new BadInputException(name, "holds no whole block with the trace's head");
            }
        }
    }

    /** Reads an input from front to back. */
    public static NztReader open(TraceInput input, boolean skipDamaged) throws IOException {
        BlockScanner.Source source = new BlockScanner.Source() {
            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                return input.read(target, offset, length);
            }

            @Override
            public void seek(long offset) {
                throw new IllegalStateException("a stream cannot seek");
            }
        };
        return new NztReader(input.name(), input, source, input::bytesRead, input.bytesTotal(), skipDamaged);
    }

    private void readFileHeader() throws IOException {
        byte[] header = scanner.take(Block.FILE_HEADER_BYTES);
        if (header == null) {
            throw new BadInputException(name, "ends within the 16 bytes of an .nzt file's head");
        }
        ByteSource in = new ByteSource(header, Block.FILE_MAGIC.length, header.length - Block.FILE_MAGIC.length);
        int version = in.u32();
        int checksum = in.u32();
        boolean whole = Arrays.equals(Block.FILE_MAGIC, 0, Block.FILE_MAGIC.length, header, 0, Block.FILE_MAGIC.length)
                && checksum == Block.checksum(header, 0, header.length - Integer.BYTES);
        if (!whole) {
            damages.damaged(0, "the file's first 16 bytes are not those of an .nzt file");
        } else if (version != Block.VERSION) {
            throw new BadInputException(
                    name, "is .nzt of version " + version + ", this program reads version " + Block.VERSION);
        }
    }

    @Override
    public boolean next(EventBatch batch) throws IOException {
        batch.size = 0;
        while (batch.size < EventBatch.CAPACITY) {
            if (decoder.left() == 0) {
                if (batch.size > 0 || !loadEvents()) {
                    break;
                }
            }
            decode(batch, Integer.MAX_VALUE);
        }
        return batch.size > 0;
    }

    final void decode(EventBatch batch, int limit) throws IOException {
        try {
            decoder.decode(batch, limit);
        } catch (DamagedBlockException | IndexOutOfBoundsException e) {
            decoder.drop();
            damages.damaged(blockOffset, current, DamageLog.problem(e));
        }
    }

    /** Goes on to the next EVENTS block with events in it; false at the end. */
    final boolean loadEvents() throws IOException {
        while (!ended) {
            if (!readBlock()) {
                return false;
            }
            if (decoder.left() > 0) {
                return true;
            }
        }
        return false;
    }

    /** Reads what comes next; false at the end. */
    final boolean readBlock() throws IOException {
        // A pipe may have nothing more for a long time: there, nothing is read before it is wanted.
        ReadAhead.Step step = blocks.next(decoder, info != null && bytesTotal >= 0);
        decoder = step.decoder();
        blockOffset = step.offset();
        current = step.block();
        switch (step.found()) {
            case BLOCK -> {
                checkOrder();
                take(step);
            }
            case DAMAGED_PAYLOAD -> {
                checkOrder();
                damages.damaged(blockOffset, current, step.problem());
            }
            case DAMAGED_HEADER -> {
                damages.damaged(blockOffset, "block " + nextNumber + ": " + step.problem());
                scanner.resync();
            }
            case FOOTER -> {
                ended = true;
                checkFooter(scanner.take(Block.FOOTER_BYTES));
            }
            case END -> {
                ended = true;
                if (!endSeen) {
                    damages.note("the trace stops in the middle, after " + nextEvent + " events");
                } else if (scanner.remainder() == Block.FOOTER_BYTES) {
                    damages.damaged(blockOffset, "the file's last 20 bytes are not those of an .nzt file");
                } else {
                    damages.note("the file stops within its index; all " + nextEvent + " events are there");
                }
            }
        }
        return !ended;
    }

    /** A block that is gone without a trace shows in the numbers of the one behind it. */
    private void checkOrder() throws IOException {
        if (current.number() > nextNumber && damages.isEmpty()) {
            damages.damaged(
                    blockOffset, "blocks " + nextNumber + " to " + (current.number() - 1) + " are missing before it");
        } else if (current.number() < nextNumber) {
            damages.damaged(blockOffset, current.describe() + ": block " + nextNumber + " was expected");
        }
        if (current.firstEvent() > nextEvent) {
            damages.lost(current.firstEvent() - nextEvent);
        }
        nextNumber = current.number() + 1;
        nextEvent = current.firstEvent() + current.events();
    }

    private void take(ReadAhead.Step step) throws IOException {
        try {
            if (step.isEvents()) {
                takeEvents(step);
            } else {
                takePayload(new ByteSource(step.payload(), 0, step.payload().length));
            }
        } catch (DamagedBlockException | IndexOutOfBoundsException e) {
            decoder.drop();
            damages.damaged(blockOffset, current, DamageLog.problem(e));
        }
    }

    private void takePayload(ByteSource in) throws DamagedBlockException {
        switch (current.kind()) {
            case Block.INFO -> info = NztInfo.read(in);
            case Block.TYPES -> dictionary.takeTypes(in);
            case Block.STRINGS -> dictionary.takeStrings(in);
            case Block.END -> takeEnd(in);
            default -> NztIndex.read(in, Long.MAX_VALUE); // the bytes of a packed source are not the file's
        }
    }

    private void takeEvents(ReadAhead.Step step) throws IOException {
        decodedBefore = decodedByBlockEnd;
        if (step.damage() != null) {
            throw new DamagedBlockException(DamageLog.problem(step.damage()));
        }
        decodedByBlockEnd = decoder.sourceEvents();
        eventsOfBlock = current.events();
        dictionary.coverLost(decoder.typesKnown(), damages.skipsDamaged());
    }

    private void takeEnd(ByteSource in) throws DamagedBlockException {
        long total = in.uv();
        decodedByBlockEnd = in.uv();
        decodedBefore = decodedByBlockEnd;
        sourceWarnings.clear();
        for (int left = in.count(in.remaining(), "warnings"); left > 0; left--) {
            sourceWarnings.add(in.text());
        }
        endSeen = true;
        if (total != nextEvent) {
            throw new DamagedBlockException("the trace has " + total + " events, but blocks for " + nextEvent);
        }
    }

    private void checkFooter(byte[] footer) throws IOException {
        ByteSource in = new ByteSource(footer, 0, footer.length);
        long indexOffset = in.u64();
        if (in.u32() != Block.checksum(footer, 0, Long.BYTES)) {
            damages.damaged(blockOffset, "the pointer to the index has a wrong checksum");
        } else if (indexOffset >= blockOffset) {
            damages.damaged(blockOffset, "the pointer to the index points at byte " + indexOffset);
        }
    }

    // ---- for who reads from the middle on

    /** The number, from 0, of the event that {@link #next} delivers first. */
    public final long position() {
        return nextEvent - decoder.left();
    }

    /** Events of the block at hand that are not delivered yet. */
    final int left() {
        return decoder.left();
    }

    /** Goes on with the block that stands there, which is taken for the right one, whatever its number. */
    final void goTo(long offset) throws IOException {
        decoder.drop();
        blocks.stop();
        scanner.seek(offset);
        ended = false;
        decodedByBlockEnd = decodedBefore = 0;
        if (scanner.next() != BlockScanner.Found.END && scanner.block() != null) {
            nextNumber = scanner.block().number();
            nextEvent = scanner.block().firstEvent();
        }
        scanner.seek(offset);
    }

    /** Delivers nothing more. */
    final void toEnd() {
        decoder.drop();
        ended = true;
    }

    /** Passes over events of the block at hand. */
    final void discard(long events) throws IOException {
        EventBatch scratch = new EventBatch();
        for (long rest = events; rest > 0 && decoder.left() > 0; rest -= scratch.size) {
            scratch.size = 0;
            decode(scratch, (int) Math.min(rest, EventBatch.CAPACITY));
        }
    }

    /** The file's index; the reader then stands anywhere. */
    final NztIndex findIndex() throws IOException {
        blocks.stop();
        IndexFinder finder = new IndexFinder(scanner, bytesTotal);
        NztIndex index = finder.read();
        if (index == null) {
            damages.note("the index is damaged or missing: rebuilt from the blocks");
            index = finder.rebuild();
        }
        return index;
    }

    @Override
    public TraceInfo info() {
        return info;
    }

    @Override
    public TypeTable types() {
        return dictionary.types();
    }

    @Override
    public String string(int index) {
        String string = dictionary.string(index);
        if (string == null && !damages.skipsDamaged()) {
            throw new UncheckedIOException(damages.unread(
                    "event " + eventsDecoded(), "refers to string " + index + ", which no block before it holds"));
        }
        return string == null ? "" : string;
    }

    @Override
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>(sourceWarnings);
        warnings.addAll(damages.warnings());
        return warnings;
    }

    @Override
    public long eventsDecoded() {
        if (decoder.left() == 0) {
            return decodedByBlockEnd;
        }
        return Math.min(decodedByBlockEnd, decodedBefore + eventsOfBlock - decoder.left());
    }

    @Override
    public long bytesRead() {
        return bytesRead.getAsLong();
    }

    @Override
    public long bytesTotal() {
        return bytesTotal;
    }

    @Override
    public void close() throws IOException {
        try (closeable) {
            blocks.close();
        }
    }
}
