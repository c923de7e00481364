package dev.needzero.trace.nzt;

import dev.needzero.trace.BadInputException;
import dev.needzero.trace.EventBatch;
import dev.needzero.trace.TraceInfo;
import dev.needzero.trace.TraceInput;
import dev.needzero.trace.TraceReader;
import dev.needzero.trace.TypeTable;
import dev.needzero.trace.TypeTable.Pointers;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Reads {@code .nzt}. Opened by path it can go to any event or time; on a stream it reads front to back.
 *
 * <p>A damaged block is an error that names it, or, if damaged blocks are to be skipped, a warning; the blocks around it
 * are read all the same.
 */
public final class NztReader implements TraceReader {
    private static final int MAX_LOST_TYPES = 1 << 20;
    private static final int MAX_NAMED_DAMAGES = 1000;
    private static final String ADVICE = " (to read the rest: --skip-damaged)";

    private final String name;
    private final Closeable closeable;
    private final LongSupplier bytesRead;
    private final long bytesTotal;
    private final boolean seekable;
    private final boolean skipDamaged;
    private final BlockScanner scanner;
    private final ReadAhead blocks;
    private EventsDecoder decoder = new EventsDecoder();
    private final TypeTable types = new TypeTable();
    /** Others ask for what is in it while this adds. */
    private final Map<Integer, String> strings = new ConcurrentHashMap<>();

    private final List<String> sourceWarnings = new ArrayList<>();
    private final List<String> damages = new ArrayList<>();

    private TraceInfo info;
    private NztIndex index;
    private long nextNumber;
    private long nextEvent;
    private long lostEvents;
    private boolean endSeen;
    private boolean ended;
    private boolean loadedAllTypes;
    private long blockOffset;
    private Block current;
    private long decodedBefore;
    private long decodedByBlockEnd;
    private int eventsOfBlock;

    private NztReader(
            String name,
            Closeable closeable,
            BlockScanner.Source source,
            LongSupplier bytesRead,
            long bytesTotal,
            boolean seekable,
            boolean skipDamaged)
            throws IOException {
        this.name = name;
        this.closeable = closeable;
        this.bytesRead = bytesRead;
        this.bytesTotal = bytesTotal;
        this.seekable = seekable;
        this.skipDamaged = skipDamaged;
        this.scanner = new BlockScanner(source);
        this.blocks = new ReadAhead(scanner);
        readFileHeader();
        while (info == null) {
            if (!readBlock()) {
                throw new BadInputException(name, "holds no whole block with the trace's head");
            }
        }
    }

    /** Opens a file, so that {@link #seekEvent} and {@link #seekTime} work. */
    public static NztReader open(Path file, boolean skipDamaged) throws IOException {
        FileChannel channel;
        try {
            channel = FileChannel.open(file);
        } catch (NoSuchFileException e) {
            throw new BadInputException(file.toString(), "no such file");
        }
        try {
            return new NztReader(
                    file.toString(),
                    channel,
                    new ChannelSource(channel),
                    () -> position(channel),
                    channel.size(),
                    true,
                    skipDamaged);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
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
        return new NztReader(input.name(), input, source, input::bytesRead, input.bytesTotal(), false, skipDamaged);
    }

    private static long position(FileChannel channel) {
        try {
            return channel.position();
        } catch (IOException e) {
            return 0; // closed: only progress asks
        }
    }

    private record ChannelSource(FileChannel channel) implements BlockScanner.Source {
        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            return channel.read(ByteBuffer.wrap(target, offset, length));
        }

        @Override
        public void seek(long offset) throws IOException {
            channel.position(offset);
        }
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
            damaged("byte 0", "the file's first 16 bytes are not those of an .nzt file");
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

    private void decode(EventBatch batch, int limit) throws IOException {
        try {
            decoder.decode(batch, limit);
        } catch (DamagedBlockException | IndexOutOfBoundsException e) {
            decoder.drop();
            damagedBlock(problem(e));
        }
    }

    private static String problem(Exception e) {
        return e instanceof DamagedBlockException ? e.getMessage() : "it does not add up (" + e.getMessage() + ")";
    }

    /** Goes on to the next EVENTS block with events in it; false at the end. */
    private boolean loadEvents() throws IOException {
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
    private boolean readBlock() throws IOException {
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
                damagedBlock(step.problem());
            }
            case DAMAGED_HEADER -> {
                damaged("byte " + blockOffset, "block " + nextNumber + ": " + step.problem());
                scanner.resync();
            }
            case FOOTER -> {
                ended = true;
                checkFooter(scanner.take(Block.FOOTER_BYTES));
            }
            case END -> {
                ended = true;
                if (!endSeen) {
                    damages.add("the trace stops in the middle, after " + nextEvent + " events");
                } else if (scanner.remainder() == Block.FOOTER_BYTES) {
                    damaged("byte " + blockOffset, "the file's last 20 bytes are not those of an .nzt file");
                } else {
                    damages.add("the file stops within its index; all " + nextEvent + " events are there");
                }
            }
        }
        return !ended;
    }

    /** A block that is gone without a trace shows in the numbers of the one behind it. */
    private void checkOrder() throws IOException {
        if (current.number() > nextNumber && damages.isEmpty()) {
            damaged(
                    "byte " + blockOffset,
                    "blocks " + nextNumber + " to " + (current.number() - 1) + " are missing before it");
        } else if (current.number() < nextNumber) {
            damaged("byte " + blockOffset, current.describe() + ": block " + nextNumber + " was expected");
        }
        if (current.firstEvent() > nextEvent) {
            lostEvents += current.firstEvent() - nextEvent;
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
            damagedBlock(problem(e));
        }
    }

    private void takePayload(ByteSource in) throws DamagedBlockException {
        switch (current.kind()) {
            case Block.INFO -> info = NztInfo.read(in);
            case Block.TYPES -> takeTypes(in);
            case Block.STRINGS -> takeStrings(in);
            case Block.END -> takeEnd(in);
            default -> NztIndex.read(in);
        }
    }

    private void takeEvents(ReadAhead.Step step) throws IOException {
        decodedBefore = decodedByBlockEnd;
        if (step.damage() != null) {
            throw new DamagedBlockException(problem(step.damage()));
        }
        decodedByBlockEnd = decoder.sourceEvents();
        eventsOfBlock = current.events();
        int lost = decoder.typesKnown() - types.size();
        if (lost > 0) {
            if (!skipDamaged || lost > MAX_LOST_TYPES) {
                throw new DamagedBlockException("it refers to " + lost + " types that no block before it holds");
            }
            addLostTypes(decoder.typesKnown());
        }
    }

    private void addLostTypes(int size) {
        while (types.size() < size) {
            types.add(new TypeTable.Type("", 0, 0, Pointers.UNKNOWN, true));
        }
    }

    private void takeTypes(ByteSource in) throws DamagedBlockException {
        int first = in.count(Integer.MAX_VALUE, "types before the first");
        int count = in.count(in.remaining(), "types");
        if (first > types.size()) {
            if (first - types.size() > MAX_LOST_TYPES) {
                throw new DamagedBlockException("its first type is number " + first + ", known are " + types.size());
            }
            addLostTypes(first);
        }
        for (int i = 0; i < count; i++) {
            String typeName = in.text();
            long sizeBytes = in.sv();
            long pointerBytes = in.sv();
            int flags = in.u8();
            if (first + i >= types.size()) {
                types.add(new TypeTable.Type(
                        typeName, sizeBytes, pointerBytes, NztInfo.pointers(flags), (flags & NztInfo.ZEROED) != 0));
            }
        }
    }

    private void takeStrings(ByteSource in) throws DamagedBlockException {
        for (int left = in.count(in.remaining(), "strings"); left > 0; left--) {
            int string = in.count(Integer.MAX_VALUE, "as a string's index");
            strings.put(string, in.text());
        }
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
            damaged("byte " + blockOffset, "the pointer to the index has a wrong checksum");
        } else if (indexOffset >= blockOffset) {
            damaged("byte " + blockOffset, "the pointer to the index points at byte " + indexOffset);
        }
    }

    private void damagedBlock(String problem) throws IOException {
        damaged("byte " + blockOffset, current.describe() + ": " + problem);
        if (current.kind() == Block.EVENTS) {
            lostEvents += current.events();
        }
    }

    private void damaged(String where, String problem) throws IOException {
        if (!skipDamaged) {
            throw new BadInputException(name + ": " + where, problem + ADVICE);
        }
        if (damages.size() < MAX_NAMED_DAMAGES) {
            damages.add(where + ": " + problem + "; left out");
        }
    }

    /**
     * Goes to the event with this number, counted from 0: {@link #next} delivers it first. If its block is lost, the next
     * event that is not.
     */
    public void seekEvent(long event) throws IOException {
        NztIndex places = seekableIndex();
        if (event < 0 || places.eventBlocks() == 0 || event >= places.events()) {
            toEnd();
            return;
        }
        loadBlock(places, places.blockOfEvent(event));
        discard(event - (nextEvent - decoder.left()));
    }

    /** Goes to the first event at or after this time, in nanoseconds since the trace's first. */
    public void seekTime(long nanos) throws IOException {
        NztIndex places = seekableIndex();
        EventBatch scratch = new EventBatch();
        for (int block = places.blockOfTime(nanos, 0);
                block < places.eventBlocks();
                block = places.blockOfTime(nanos, block + 1)) {
            loadBlock(places, block);
            long before = 0;
            while (decoder.left() > 0) {
                scratch.size = 0;
                decode(scratch, EventBatch.CAPACITY);
                for (int i = 0; i < scratch.size; i++) {
                    if (scratch.timeNanos[i] >= nanos) {
                        loadBlock(places, block);
                        discard(before + i);
                        return;
                    }
                }
                before += scratch.size;
            }
        }
        toEnd();
    }

    private void toEnd() {
        decoder.drop();
        ended = true;
    }

    private void loadBlock(NztIndex places, int block) throws IOException {
        decoder.drop();
        goTo(places.offset(block));
        decodedByBlockEnd = decodedBefore = 0;
        loadEvents();
    }

    /** The next block found there is taken for the right one, whatever its number. */
    private void goTo(long offset) throws IOException {
        blocks.stop();
        scanner.seek(offset);
        ended = false;
        long at = scanner.offset();
        if (scanner.next() != BlockScanner.Found.END && scanner.block() != null) {
            nextNumber = scanner.block().number();
            nextEvent = scanner.block().firstEvent();
        }
        scanner.seek(at);
    }

    private void discard(long events) throws IOException {
        EventBatch scratch = new EventBatch();
        for (long left = events; left > 0 && decoder.left() > 0; left -= scratch.size) {
            scratch.size = 0;
            decode(scratch, (int) Math.min(left, EventBatch.CAPACITY));
        }
    }

    private NztIndex seekableIndex() throws IOException {
        if (!seekable) {
            throw new IOException(name + ": a stream cannot be read from the middle; open the file by its path");
        }
        if (index == null) {
            blocks.stop();
            index = readIndex();
            if (index == null) {
                index = rebuildIndex();
            }
        }
        if (!loadedAllTypes) {
            loadedAllTypes = true;
            for (long offset : index.dictionaryOffsets()) {
                goTo(offset);
                readBlock();
            }
        }
        return index;
    }

    /** The index that the footer points at, or null if either is damaged. */
    private NztIndex readIndex() throws IOException {
        if (bytesTotal < Block.FILE_HEADER_BYTES + Block.FOOTER_BYTES) {
            return null;
        }
        scanner.seek(bytesTotal - Block.FOOTER_BYTES);
        byte[] footer = scanner.take(Block.FOOTER_BYTES);
        try {
            ByteSource in = new ByteSource(footer, 0, footer.length);
            long offset = in.u64();
            if (in.u32() != Block.checksum(footer, 0, Long.BYTES) || offset < 0 || offset >= bytesTotal) {
                return null;
            }
            scanner.seek(offset);
            if (scanner.next() != BlockScanner.Found.BLOCK || scanner.block().kind() != Block.INDEX) {
                return null;
            }
            return NztIndex.read(new ByteSource(
                    scanner.array(), scanner.payloadOffset(), scanner.block().payloadBytes()));
        } catch (DamagedBlockException e) {
            return null;
        }
    }

    /** Walks the whole file instead, once. */
    private NztIndex rebuildIndex() throws IOException {
        damages.add("the index is damaged or missing: rebuilt from the blocks");
        NztIndex rebuilt = new NztIndex();
        scanner.seek(Block.FILE_HEADER_BYTES);
        while (true) {
            long offset = scanner.offset();
            BlockScanner.Found found = scanner.next();
            Block block = scanner.block();
            switch (found) {
                case BLOCK -> {
                    rebuilt.skipTo(block.firstEvent());
                    rebuilt.add(block.kind(), offset, block.events(), latestNanos(block));
                }
                case DAMAGED_PAYLOAD -> {}
                case DAMAGED_HEADER -> scanner.resync();
                default -> {
                    return rebuilt;
                }
            }
        }
    }

    private long latestNanos(Block block) {
        if (block.kind() != Block.EVENTS) {
            return 0;
        }
        try {
            ByteSource in = new ByteSource(scanner.array(), scanner.payloadOffset(), block.payloadBytes());
            in.sv();
            long earliest = in.sv();
            return earliest + in.uv();
        } catch (DamagedBlockException e) {
            return Long.MAX_VALUE; // found out when it is read
        }
    }

    /** Events in the file, where it can be told without reading it: opened by path. */
    public long events() throws IOException {
        long events = seekableIndex().events();
        blocks.stop();
        scanner.seek(Block.FILE_HEADER_BYTES);
        nextNumber = 0;
        nextEvent = 0;
        decoder.drop();
        ended = false;
        return events;
    }

    @Override
    public TraceInfo info() {
        return info;
    }

    @Override
    public TypeTable types() {
        return types;
    }

    @Override
    public String string(int index) {
        String string = strings.get(index);
        if (string == null && !skipDamaged) {
            throw new UncheckedIOException(new BadInputException(
                    name, "an event refers to string " + index + ", which no block before it holds" + ADVICE));
        }
        return string == null ? "" : string;
    }

    @Override
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>(sourceWarnings);
        warnings.addAll(damages);
        if (lostEvents > 0) {
            warnings.add(lostEvents + " events were in damaged blocks and are lost");
        }
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
