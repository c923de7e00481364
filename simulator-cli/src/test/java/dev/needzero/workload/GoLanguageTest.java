package dev.needzero.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against what programs built with each toolchain were measured to do (go-runtime-model.md, §12.4 and §14). */
class GoLanguageTest {
    private static List<Long> capacities(String go, GoType elem, int n) {
        GoLanguage language = GoLanguage.of(go);
        List<Long> all = new ArrayList<>();
        long capacity = 0;
        for (int i = 0; i < n; i++) {
            capacity = language.grownCapacity(capacity + 1, capacity, elem);
            all.add(capacity);
        }
        return all;
    }

    /** Every version's language is the oldest one with all that was brought since. */
    @Test
    void versionsAreTheSumOfWhatTheyBrought() {
        String sum = "1.21";
        for (LanguageHistory.Step step : LanguageHistory.steps()) {
            sum += "+" + step.version();
            GoLanguage added = GoLanguage.of(sum);
            GoLanguage version = GoLanguage.of(step.version());
            assertEquals(version.toString().replace(step.version(), "1.21"), added.toString(), sum);
        }
        assertThrows(IllegalArgumentException.class, () -> GoLanguage.of("1.21+1.27"));
        assertThrows(IllegalArgumentException.class, () -> GoLanguage.of("1.21+"));
    }

    @Test
    void byteSlicesGrowAsMeasured() {
        for (String go : List.of("1.21", "1.22", "1.23", "1.24", "1.27")) {
            assertEquals(
                    List.of(
                            8L, 16L, 32L, 64L, 128L, 256L, 512L, 896L, 1408L, 2048L, 3072L, 4096L, 5376L, 6912L, 9472L,
                            12288L, 16384L, 21760L, 28672L, 40960L, 57344L, 73728L, 98304L, 131072L),
                    capacities(go, GoType.UINT8, 24),
                    go);
        }
    }

    @Test
    void intSlicesGrowAsMeasured() {
        for (String go : List.of("1.21", "1.23", "1.26")) {
            assertEquals(
                    List.of(
                            1L, 2L, 4L, 8L, 16L, 32L, 64L, 128L, 256L, 512L, 848L, 1280L, 1792L, 2560L, 3408L, 5120L,
                            7168L, 9216L, 12288L, 16384L, 21504L),
                    capacities(go, GoType.INT64, 21),
                    go);
        }
    }

    @Test
    void pointerSlicesLeaveRoomForTheMallocHeaderFrom122On() {
        assertEquals(capacities("1.21", GoType.INT64, 21), capacities("1.21", GoType.POINTER, 21));
        assertEquals(
                List.of(
                        1L, 2L, 4L, 8L, 16L, 32L, 64L, 143L, 287L, 607L, 1023L, 1535L, 2303L, 3071L, 4095L, 6144L,
                        8192L, 11264L, 14336L, 18432L, 23552L),
                capacities("1.22", GoType.POINTER, 21));
    }

    /** Requests of one channel, as a sum of slots: header, buffer. */
    @ParameterizedTest
    @CsvSource({
        "1.21,int,0,' 96 noscan=1'",
        "1.22,int,0,' 96 noscan=1'",
        "1.23,int,0,' 112 noscan=1'",
        "1.24,int,0,' 112 noscan=1'",
        "1.25,int,0,' 112 noscan=1'",
        "1.27,struct{},100,' 112 noscan=1'",
        "1.24,pointer,4,'*int 32 scan=1, runtime.hchan 112 scan=1'",
        "1.21,pointer,4,'*int 32 scan=1, runtime.hchan 96 scan=1'",
    })
    void aChannelTakesItsHeaderAndItsBuffer(String go, String elem, int buffer, String slots) throws IOException {
        Map<String, Integer> made =
                Slots.generated("channels?count=1&fill=0&elem=" + elem + "&buffer=" + buffer + "&go=" + go, false);
        assertEquals("{" + slots + "}", made.toString());
    }

    @ParameterizedTest
    @CsvSource({
        "'entries=9&key=int64&elem=struct{}&go=1.24','48 144 32 288 8'",
        "'entries=9&key=int64&elem=struct{}&go=1.27','48 144 32 288 8'",
        "'entries=9&key=int64&elem=struct{}&go=1.23','48 80 160'",
        "'entries=1&key=int64&elem=int64&hint=1000&go=1.26','48 16 32 18432 32 18432'",
        "'entries=1&key=int64&elem=int64&hint=1000&go=1.21','48 40960 24'",
    })
    void aMapTakesTheSlotsThatWereMeasured(String map, String slots) throws IOException {
        StringBuilder taken = new StringBuilder();
        for (long bytes : Runs.of("maps?" + map).requests()) {
            taken.append(taken.isEmpty() ? "" : " ").append(Slots.slot(bytes, bytes > 512, true));
        }
        assertEquals(slots, taken.toString());
    }

    @Test
    void structsAreLaidOutAsGoDoes() {
        GoType slot = GoType.struct("slot", new GoType("int32", 4, 4, 0), GoType.EMPTY);
        assertEquals(8, slot.sizeBytes());
        assertEquals(24, GoType.struct("slot", GoType.STRING, GoType.EMPTY).sizeBytes());
        GoType record =
                GoType.struct("record", GoType.POINTER, new GoType("[]uint8", 24, 8, 8), GoType.POINTER, GoType.INT64);
        assertEquals(GoType.RECORD.sizeBytes(), record.sizeBytes());
        assertEquals(GoType.RECORD.pointerBytes(), record.pointerBytes());
    }

    @Test
    void aVersionThatIsNotKnownIsRefused() {
        Exception e = assertThrows(IllegalArgumentException.class, () -> GoLanguage.of("1.19"));
        assertTrue(e.getMessage().contains("1.21"), e.getMessage());
    }
}
