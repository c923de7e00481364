package dev.needzero.os;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bits and counters are made to part, and the check says where. */
class AddressSpaceCheckTest {
    private final AddressSpace os = new AddressSpace(OsSettings.defaults());

    @BeforeEach
    void somePagesResident() {
        os.reserve(0, 64L << 20);
        os.map(0, 4L << 20);
        os.write(0, 3 << 12, Cause.ZEROING);
        os.write(100 << 12, 1, Cause.PROGRAM);
        os.read(200 << 12, 1);
        assertDoesNotThrow(() -> AddressSpaceCheck.check(os));
    }

    private long[] words(String field) throws ReflectiveOperationException {
        return words(os, field);
    }

    private static long[] words(AddressSpace os, String field) throws ReflectiveOperationException {
        Field f = OsPages.class.getDeclaredField(field);
        f.setAccessible(true);
        return (long[]) f.get(os.pages());
    }

    private void isFound(String law) {
        String said = assertThrows(IllegalStateException.class, () -> AddressSpaceCheck.check(os))
                .getMessage();
        assertTrue(said.contains(law), said);
    }

    @Test
    void aResidentPageThatNoCounterKnows() throws ReflectiveOperationException {
        words("settledBits")[1] |= 1;
        isFound("resident bytes");
    }

    @Test
    void aPageWithTwoStates() throws ReflectiveOperationException {
        words("zeroMappedBits")[0] |= 1;
        isFound("osPage 0 is both resident and mapped to the zero page");
    }

    @Test
    void aPageBeyondTheMapping() throws ReflectiveOperationException {
        words("settledBits")[16] |= 1;
        isFound("osPage 1024 is in use outside the mapping");
    }

    @Test
    void aPageWhoseCauseChanged() throws ReflectiveOperationException {
        words("causeLow")[0] ^= 1;
        isFound("bytes committed by program");
    }

    @Test
    void aZeroMappedPageThatNoCounterKnows() throws ReflectiveOperationException {
        words("zeroMappedBits")[4] |= 1;
        isFound("zero-mapped bytes: the bits add up to 8192, the counter says 4096");
    }

    @Test
    void aPeakBelowWhatIsResident() throws ReflectiveOperationException {
        Field peak = AddressSpace.class.getDeclaredField("peakResidentPages");
        peak.setAccessible(true);
        peak.setLong(os, 3);
        isFound("peak 12288 below 16384 resident");
    }

    @Test
    void aMappingBeyondTheReservation() {
        os.map(4L << 20, 64L << 20);
        isFound("71303168 mapped beyond 67108864 reserved");
    }

    /** Pages 3 to 69 are mapped: the mapping's ends lie within words of bits. */
    @ParameterizedTest
    @ValueSource(ints = {0, 2, 70, 127, 128})
    void aPageBesideAMappingThatEndsWithinAWord(int osPage) throws ReflectiveOperationException {
        AddressSpace small = new AddressSpace(OsSettings.defaults());
        small.reserve(0, 64L << 20);
        small.map(3 << 12, 67 << 12);
        small.write(3 << 12, 67 << 12, Cause.PROGRAM);
        assertDoesNotThrow(() -> AddressSpaceCheck.check(small));
        words(small, "settledBits")[osPage >> 6] |= 1L << osPage;
        String said = assertThrows(IllegalStateException.class, () -> AddressSpaceCheck.check(small))
                .getMessage();
        assertTrue(said.startsWith("osPage " + osPage + " is in use outside"), said);
    }

    /** What MADV_FREE was called for is resident, of its cause, until the kernel takes it. */
    @Test
    void lazilyFreePagesBreakNoLaw() throws ReflectiveOperationException {
        os.free(0, 2 << 12);
        AddressSpaceCheck.check(os);
        words("lazyFreeBits")[0] |= 1L << 2;
        isFound("osPage 2 is both lazily free and not");
        words("settledBits")[0] &= ~(1L << 2);
        isFound("lazily free bytes: the bits add up to 12288, the counter says 8192");
        os.write(0, 3 << 12, Cause.PROGRAM);
        isFound("lazily free bytes: the bits add up to 0, the counter says -4096");
    }

    @Test
    void aLazilyFreePageBeyondTheMapping() throws ReflectiveOperationException {
        words("lazyFreeBits")[16] |= 2;
        isFound("osPage 1025 is in use outside the mapping");
    }
}
