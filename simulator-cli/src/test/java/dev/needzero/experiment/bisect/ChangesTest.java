package dev.needzero.experiment.bisect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.heap.SizeClasses;
import dev.needzero.runtime.Behaviours;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The history between two versions. */
class ChangesTest {
    private static Variant of(String version) {
        return new Variant(Behaviours.of(version), null);
    }

    @Test
    void allChangesMadeTheOlderVersionIsTheNewer() {
        List<String> versions = new ArrayList<>(List.of("1.21.0", "1.21.1", "1.21.4"));
        versions.addAll(Behaviours.versions());
        for (int from = 0; from < versions.size(); from++) {
            for (int to = from; to < versions.size(); to++) {
                Variant older = of(versions.get(from));
                Variant newer = of(versions.get(to));
                assertEquals(
                        newer.identity(),
                        older.with(Changes.between(older, newer)).identity(),
                        older + " to " + newer);
            }
        }
    }

    @Test
    void aCommitIsOneChangeWhateverItChanged() {
        List<Change> changes = Changes.between(of("1.23"), of("1.24"));
        assertEquals(
                List.of("8730fcf885"),
                changes.stream().map(c -> c.origin().name()).toList());
        assertEquals(
                List.of("largeZeroing", "smallScanZeroing"),
                changes.get(0).parts().stream().map(Change.Part::what).toList());
    }

    @Test
    void changesComeInTheOrderOfTheirVersions() {
        List<Integer> versions = Changes.between(of("1.21"), of("1.27")).stream()
                .map(c -> Changes.order(c.version()))
                .toList();
        assertEquals(versions.stream().sorted().toList(), versions);
        assertTrue(versions.size() > 5, versions.toString());
    }

    @Test
    void whatIsSetByHandOnBothSidesIsNoChange() {
        Variant older = new Variant(Behaviours.of("1.23").with("largeZeroing", "always"), null);
        Variant newer = new Variant(Behaviours.of("1.24").with("largeZeroing", "always"), null);
        assertEquals(
                List.of("smallScanZeroing"),
                Changes.between(older, newer).get(0).parts().stream()
                        .map(Change.Part::what)
                        .toList());
    }

    @Test
    void aSettingBearsTheNameOfTheCommitThatOnceDidTheSame() {
        Variant newer = new Variant(Behaviours.of("1.25").with("largeZeroing", "always"), null);
        assertEquals(614257, Changes.between(of("1.25"), newer).get(0).origin().changeList());
        Variant never = new Variant(Behaviours.of("1.25").with("tinyBlock", "0"), null);
        assertEquals(
                "tinyBlock=0",
                Changes.between(of("1.25"), never).get(0).origin().name());
    }

    @Test
    void aTableThatIsSetByHandIsHandedOver() {
        SizeClasses few = new SizeClasses(new int[] {0, 8, 1024, 32768}, new int[] {0, 1, 1, 4});
        Variant newer = new Variant(Behaviours.of("1.25").withSizeClasses("few", few), null);
        Variant older = of("1.25");
        assertEquals(
                newer.behaviours().layout(0, 0).sizeClasses(),
                older.with(Changes.between(older, newer))
                        .behaviours()
                        .layout(0, 0)
                        .sizeClasses());
    }

    @Test
    void aGeneratedProgramIsBuiltWithEachVersionsLanguage() {
        Variant older = new Variant(Behaviours.of("1.23"), "1.23");
        Variant newer = new Variant(Behaviours.of("1.24"), "1.24");
        List<Change> changes = Changes.between(older, newer);
        assertTrue(changes.stream()
                .flatMap(c -> c.parts().stream())
                .anyMatch(p -> p.what().contains("Swiss")));
        assertEquals("1.24", older.with(changes).language());
    }

    @Test
    void aLanguageWithoutOneOfItsStepsNamesTheOthers() {
        Variant older = new Variant(Behaviours.of("1.21"), "1.21");
        List<Change> changes = Changes.between(older, new Variant(Behaviours.of("1.24"), "1.24"));
        assertEquals("1.24", older.with(changes).language());
        List<Change> swissAlone = changes.stream()
                .filter(c -> c.parts().stream().anyMatch(p -> p.what().contains("Swiss")))
                .toList();
        assertEquals("1.21+1.24", older.with(swissAlone).language());
        List<Change> withoutTimers =
                changes.stream().filter(c -> !c.version().equals("1.23")).toList();
        assertEquals("1.22+1.24", older.with(withoutTimers).language());
    }

    /** {@code git rev-list --bisect-vars} said so of straight histories of 2, 3, … 12 commits. */
    @Test
    void stepsAreEstimatedAsGitDoes() {
        int[] git = {0, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3};
        for (int n = 2; n < 2 + git.length; n++) {
            assertEquals(git[n - 2], Bisection.stepsFor(n), n + " candidates");
        }
    }
}
