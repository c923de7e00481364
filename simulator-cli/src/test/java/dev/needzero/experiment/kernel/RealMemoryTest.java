package dev.needzero.experiment.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.needzero.experiment.kernel.PageReader.PageState;
import dev.needzero.os.AddressSpace;
import dev.needzero.os.Cause;
import dev.needzero.os.MemoryCgroup;
import dev.needzero.os.OsSettings;
import dev.needzero.os.OsSettings.Release;
import dev.needzero.os.OsSettings.Thp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** The model and the kernel of the machine that the tests run on, told the same. Skipped where there is no such kernel. */
class RealMemoryTest {
    private static final long MIB = 1 << 20;
    private static final int SHIFT = 12;

    private static final class Both implements AutoCloseable {
        final AddressSpace model;
        final RealMemory real;
        final PageReader reader;
        private final long collapsedBefore;

        Both(Thp thp) throws IOException {
            OsSettings settings = new OsSettings(SHIFT, thp, true, null, Release.DONTNEED, MemoryCgroup.Limits.NONE);
            String unfit = RealMemory.unfit(settings);
            assumeTrue(unfit == null, unfit);
            model = new AddressSpace(settings);
            real = new RealMemory(settings, 64 * MIB);
            reader = new PageReader();
            collapsedBefore = RealMemory.khugepagedCollapses();
            model.watch(real);
            model.reserve(0, 64 * MIB);
            model.map(0, 16 * MIB);
        }

        void same(String after) throws IOException {
            int pages = (int) (model.mappedBytes() >>> SHIFT);
            PageState[] states = reader.states(real.base(), pages, SHIFT);
            for (int p = 0; p < pages; p++) {
                PageState expected = model.isResident(p)
                        ? PageState.RESIDENT
                        : model.isZeroMapped(p) ? PageState.ZERO_MAPPED : PageState.UNTOUCHED;
                if (states[p] != expected) {
                    assumeTrue(
                            collapsedBefore == RealMemory.khugepagedCollapses(), "the machine's khugepaged took part");
                    fail("page " + p + " is " + states[p] + ", expected " + expected + " after " + after);
                }
            }
        }

        void sameSums(String after) throws IOException {
            PageReader.Usage usage = PageReader.usage(real.base(), model.reservedTo());
            assertEquals(usage.rssBytes(), model.rssBytes(), "Rss after " + after);
            assertEquals(usage.hugeBytes(), model.hugeBytes(), "AnonHugePages after " + after);
            assertEquals(usage.lazyFreeBytes(), model.lazyFreeBytes(), "clean after " + after);
        }

        @Override
        public void close() throws IOException {
            real.close();
            reader.close();
        }
    }

    @Property(tries = 9)
    void agreesWithTheKernelWhateverHappens(@ForAll Thp thp, @ForAll java.util.Random random) throws IOException {
        try (Both both = new Both(thp)) {
            // Before its first write a mapping has nothing that could be collapsed.
            both.model.write(0, 1, Cause.PROGRAM);
            // What a huge page that MADV_FREE breaks keeps hangs on its content.
            boolean free = thp == Thp.NEVER && random.nextBoolean();
            StringBuilder done = new StringBuilder();
            for (int op = 0; op < 60; op++) {
                long mapped = both.model.mappedBytes();
                long at = (long) (random.nextDouble() * (mapped >>> SHIFT)) << SHIFT;
                long bytes = random.nextInt(3) > 0 ? 1 + random.nextInt(40_000) : 1 + random.nextInt((int) (5 * MIB));
                if (random.nextInt(4) == 0) {
                    at &= -(2 * MIB);
                    bytes = 2 * MIB;
                }
                bytes = Math.min(bytes, mapped - at);
                int what = random.nextInt(12);
                done.append(' ').append(what).append('@').append(at).append('+').append(bytes);
                switch (what) {
                    case 0 -> {
                        if (mapped < 64 * MIB) {
                            both.model.map(mapped, 4 * MIB);
                        }
                    }
                    case 1, 2, 3 -> both.model.write(at, bytes, Cause.PROGRAM);
                    case 4, 5 -> both.model.read(at, bytes);
                    case 6 -> {
                        if (free) {
                            both.model.free(at, bytes);
                        }
                    }
                    case 7 -> both.model.adviseHugePage(at & -(4 * MIB), 4 * MIB);
                    case 8 -> both.model.adviseNoHugePage(at & -(4 * MIB), 4 * MIB);
                    case 9 -> {
                        if (!free) {
                            both.model.collapse(at & -(4 * MIB), 4 * MIB);
                        }
                    }
                    default -> both.model.dontNeed(at, bytes);
                }
                both.same(done.toString());
                if (op % 15 == 0) {
                    both.sameSums(done.toString());
                }
            }
        }
    }

    @Test
    void everythingIsGivenBack() throws IOException {
        long base;
        try (Both both = new Both(Thp.NEVER)) {
            base = both.real.base();
            both.model.write(0, 4 * MIB, Cause.PROGRAM);
            assertTrue(PageReader.smaps(base, 64 * MIB).contains("Rss:                4096 kB"));
        }
        assertEquals("", PageReader.smaps(base, 64 * MIB));
    }

    @Test
    void modelAndKernelPrintSmapsAlike() throws IOException {
        try (Both both = new Both(Thp.NEVER)) {
            both.model.write(0, MIB, Cause.PROGRAM);
            both.model.read(2 * MIB, MIB);
            both.model.adviseNoHugePage(0, 16 * MIB);
            String real = PageReader.smaps(both.real.base(), 64 * MIB).replaceAll(" sd(?= )", "");
            String model = both.model.smaps(both.real.base(), "").replaceAll(" sd(?= )", "");
            assertEquals(real, model);
        }
    }

    @Test
    void theMachineSaysWhatItHas() throws IOException {
        assumeTrue(Files.isReadable(Path.of("/proc/meminfo")));
        assertTrue(RealMemory.halfOfFreeBytes() > 0);
        assertTrue(RealMemory.thpMode().matches("always|madvise|never"));
    }
}
