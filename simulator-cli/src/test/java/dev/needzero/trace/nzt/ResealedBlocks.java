package dev.needzero.trace.nzt;

import dev.needzero.trace.Mutations;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** {@code .nzt} files that were damaged within their blocks and sealed again: every checksum is right, what stands there is not. */
public final class ResealedBlocks {
    private record Piece(Block block, byte[] payload) {}

    private final byte[] head;
    private final List<Piece> pieces = new ArrayList<>();
    private final byte[] tail;

    /** @param file a sound one */
    public ResealedBlocks(byte[] file) {
        int at = Block.FILE_HEADER_BYTES;
        head = Arrays.copyOf(file, at);
        while (file.length - at > Block.FOOTER_BYTES) {
            Block block;
            try {
                block = Block.readHeader(file, at);
            } catch (DamagedBlockException e) {
                throw new IllegalArgumentException(e);
            }
            at += Block.HEADER_BYTES;
            pieces.add(new Piece(block, Arrays.copyOfRange(file, at, at + block.payloadBytes())));
            at += block.payloadBytes();
        }
        tail = Arrays.copyOfRange(file, at, file.length);
    }

    /** One of them. */
    public byte[] next(Random random) {
        List<Piece> changed = new ArrayList<>(pieces);
        for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
            int at = random.nextInt(changed.size());
            switch (random.nextInt(12)) {
                case 0 -> changed.set(at, changed.get(random.nextInt(changed.size())));
                case 1 -> changed.add(at, changed.get(random.nextInt(changed.size())));
                case 2 ->
                    changed.set(
                            at,
                            new Piece(
                                    otherHeader(changed.get(at).block(), random),
                                    changed.get(at).payload()));
                default ->
                    changed.set(
                            at,
                            new Piece(
                                    changed.get(at).block(),
                                    Mutations.of(changed.get(at).payload(), random)));
            }
        }
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(head);
        for (Piece piece : changed) {
            file.writeBytes(sealed(piece));
        }
        file.writeBytes(tail);
        return file.toByteArray();
    }

    private static Block otherHeader(Block block, Random random) {
        long[] numbers = {0, 1, block.events(), block.firstEvent(), Block.MAX_EVENTS, Integer.MAX_VALUE, Long.MAX_VALUE
        };
        long number = numbers[random.nextInt(numbers.length)] + random.nextInt(3) - 1;
        return switch (random.nextInt(4)) {
            case 0 -> new Block(1 + random.nextInt(6), block.number(), 0, block.firstEvent(), block.events(), 0);
            case 1 -> new Block(block.kind(), number & 0xffffffffL, 0, block.firstEvent(), block.events(), 0);
            case 2 -> new Block(block.kind(), block.number(), 0, number, block.events(), 0);
            default -> new Block(block.kind(), block.number(), 0, block.firstEvent(), (int) number, 0);
        };
    }

    private static byte[] sealed(Piece piece) {
        Block b = piece.block();
        byte[] payload = piece.payload();
        ByteSink out = new ByteSink();
        new Block(
                        b.kind(),
                        b.number(),
                        payload.length,
                        b.firstEvent(),
                        b.events(),
                        Block.checksum(payload, 0, payload.length))
                .writeHeader(out);
        out.bytes(payload, 0, payload.length);
        return Arrays.copyOf(out.array(), out.size());
    }
}
