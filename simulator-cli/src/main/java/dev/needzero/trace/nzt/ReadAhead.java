package dev.needzero.trace.nzt;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Takes blocks off a scanner, in turn. Once asked to, a second thread checks and unpacks the two blocks that follow while
 * the one before them is being decoded: half the work of reading. What comes, and in which order, does not depend on it.
 *
 * <p>The scanner belongs to that thread until {@link #stop}, which whoever wants to move the scanner calls first. Behind
 * anything that is not a block it has stopped by itself.
 */
final class ReadAhead implements Closeable {
    private static final int BLOCKS_AHEAD = 2;

    /**
     * What the scanner found.
     *
     * @param payload of a whole block that does not hold events, else null
     * @param decoder holds the events of a whole block that has some and no {@code damage}
     * @param damage why the events do not decode, or null
     */
    record Step(
            long offset,
            BlockScanner.Found found,
            Block block,
            String problem,
            byte[] payload,
            EventsDecoder decoder,
            Exception damage) {
        boolean isEvents() {
            return found == BlockScanner.Found.BLOCK && block.kind() == Block.EVENTS;
        }

        private boolean goesOn() {
            return found == BlockScanner.Found.BLOCK || found == BlockScanner.Found.DAMAGED_PAYLOAD;
        }
    }

    private final BlockScanner scanner;
    private final ArrayDeque<EventsDecoder> spareDecoders = new ArrayDeque<>();
    private final ArrayDeque<Future<Step>> ahead = new ArrayDeque<>();
    private ExecutorService thread;
    /** The second thread's own, while it is at work: it met something that is not a block. */
    private boolean halted;

    ReadAhead(BlockScanner scanner) {
        this.scanner = scanner;
    }

    /**
     * @param done a decoder that is used up; it gets another block
     * @param mayRunAhead whether the second thread may go on from here, if this is a block of events
     */
    Step next(EventsDecoder done, boolean mayRunAhead) throws IOException {
        Step step = ahead.isEmpty() ? take(scanner, done) : await(ahead.remove());
        if (step.decoder() != done) {
            spareDecoders.add(done);
        }
        if (!step.goesOn()) {
            stop();
        } else if (!ahead.isEmpty() || mayRunAhead && step.isEvents()) {
            runAhead();
        }
        return step;
    }

    private void runAhead() {
        if (thread == null) {
            thread = Executors.newSingleThreadExecutor(task -> {
                Thread reader = new Thread(task, "nzt");
                reader.setDaemon(true);
                return reader;
            });
        }
        while (ahead.size() < BLOCKS_AHEAD) {
            EventsDecoder decoder = spareDecoders.isEmpty() ? new EventsDecoder() : spareDecoders.remove();
            ahead.add(thread.submit(() -> takeUnlessHalted(decoder)));
        }
    }

    private Step takeUnlessHalted(EventsDecoder decoder) throws IOException {
        if (halted) {
            return new Step(0, BlockScanner.Found.END, null, "", null, decoder, null);
        }
        halted = true; // also if it fails
        Step step = take(scanner, decoder);
        halted = !step.goesOn();
        return step;
    }

    private static Step take(BlockScanner scanner, EventsDecoder decoder) throws IOException {
        long offset = scanner.offset();
        BlockScanner.Found found = scanner.next();
        Block block = scanner.block();
        byte[] payload = null;
        Exception damage = null;
        if (found == BlockScanner.Found.BLOCK && block.kind() == Block.EVENTS) {
            try {
                decoder.load(scanner.array(), scanner.payloadOffset(), block.payloadBytes(), block.events());
            } catch (DamagedBlockException | IndexOutOfBoundsException e) {
                damage = e;
            }
        } else if (found == BlockScanner.Found.BLOCK) {
            payload = scanner.payload();
        }
        return new Step(offset, found, block, scanner.problem(), payload, decoder, damage);
    }

    /** Waits until the scanner is free again; what was read ahead is forgotten. */
    void stop() {
        while (!ahead.isEmpty()) {
            try {
                EventsDecoder decoder = await(ahead.remove()).decoder();
                decoder.drop();
                spareDecoders.add(decoder);
            } catch (IOException e) {
                // Whoever reads there again meets it again.
            }
        }
        halted = false;
    }

    private static Step await(Future<Step> step) throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return step.get();
                } catch (InterruptedException e) {
                    interrupted = true; // a block does not take long
                } catch (ExecutionException e) {
                    throw rethrown(e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static IOException rethrown(Throwable cause) {
        if (cause instanceof RuntimeException e) {
            throw e;
        }
        if (cause instanceof Error e) {
            throw e;
        }
        return (IOException) cause;
    }

    @Override
    public void close() {
        stop();
        if (thread != null) {
            thread.shutdown();
        }
    }
}
