package dev.needzero.report;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/**
 * Holds a picture against a kept one, block by block, so that letters may be drawn by another font. With {@code
 * -Dneedzero.keepPictures=true} it keeps the picture instead.
 */
final class Pictures {
    private static final int BLOCK = 16;
    /** Of 255, averaged over a block, for each of red, green and blue. */
    private static final int BLOCK_TOLERANCE = 40;

    private Pictures() {}

    /** @param differing the share of blocks that may differ by more than the tolerance */
    static void assertLikeKept(String name, byte[] png, double differing) throws IOException {
        if (Boolean.getBoolean("needzero.keepPictures")) {
            Files.write(Path.of("src/test/resources/dev/needzero/report", name), png);
            return;
        }
        Files.write(Files.createDirectories(Path.of("target/pictures")).resolve(name), png);
        BufferedImage is = ImageIO.read(new ByteArrayInputStream(png));
        BufferedImage kept;
        try (InputStream in = Pictures.class.getResourceAsStream(name)) {
            assertNotNull(in, "no picture " + name + " is kept");
            kept = ImageIO.read(in);
        }
        int width = Math.min(is.getWidth(), kept.getWidth());
        int height = Math.min(is.getHeight(), kept.getHeight());
        assertTrue(
                is.getWidth() == kept.getWidth()
                        && Math.abs(is.getHeight() - kept.getHeight()) <= kept.getHeight() / 10,
                () -> name + " is " + is.getWidth() + "x" + is.getHeight());
        int blocks = 0;
        int off = 0;
        for (int y = 0; y + BLOCK <= height; y += BLOCK) {
            for (int x = 0; x + BLOCK <= width; x += BLOCK) {
                blocks++;
                off += alike(is, kept, x, y) ? 0 : 1;
            }
        }
        double share = (double) off / blocks;
        assertTrue(share <= differing, name + ": " + off + " of " + blocks + " blocks differ, see target/pictures");
    }

    private static boolean alike(BufferedImage a, BufferedImage b, int left, int top) {
        for (int shift = 0; shift <= 16; shift += 8) {
            long difference = 0;
            for (int y = top; y < top + BLOCK; y++) {
                for (int x = left; x < left + BLOCK; x++) {
                    difference += (a.getRGB(x, y) >> shift & 255) - (b.getRGB(x, y) >> shift & 255);
                }
            }
            if (Math.abs(difference) > (long) BLOCK_TOLERANCE * BLOCK * BLOCK) {
                return false;
            }
        }
        return true;
    }
}
