package dev.needzero.os;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

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
        Field f = AddressSpace.class.getDeclaredField(field);
        f.setAccessible(true);
        return (long[]) f.get(os);
    }

    private void isFound(String law) {
        String said = assertThrows(IllegalStateException.class, () -> AddressSpaceCheck.check(os))
                .getMessage();
        assertTrue(said.contains(law), said);
    }

    @Test
    void aResidentPageThatNoCounterKnows() throws ReflectiveOperationException {
        words("residentBits")[1] |= 1;
        isFound("resident bytes");
    }

    @Test
    void aPageWithTwoStates() throws ReflectiveOperationException {
        words("zeroMappedBits")[0] |= 1;
        isFound("both resident and mapped to the zero page");
    }

    @Test
    void aPageBeyondTheMapping() throws ReflectiveOperationException {
        words("residentBits")[16] |= 1;
        isFound("osPage 1024 is in use outside the mapping");
    }

    @Test
    void aPageWhoseCauseChanged() throws ReflectiveOperationException {
        words("causeLow")[0] ^= 1;
        isFound("bytes committed by");
    }
}
