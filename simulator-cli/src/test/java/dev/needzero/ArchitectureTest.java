package dev.needzero;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.base.DescribedPredicate.or;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.AndFullName.Predicates.fullNameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.ArchTests;
import com.tngtech.archunit.lang.ArchRule;
import java.util.stream.Stream;

/** The rooms of the house: which package may know which, and what the model keeps away from. */
@AnalyzeClasses(packages = "dev.needzero", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String[] CORE = packages("units", "os", "heap", "gc", "runtime");

    /** The arrows {@code units <- os <- heap <- gc <- runtime}. */
    static final class Model {
        @ArchTest
        static final ArchRule unitsKnowNothing = room("units");

        @ArchTest
        static final ArchRule osKnowsNothingOfGo = room("os", "units");

        @ArchTest
        static final ArchRule heapKnowsNoPolicy = room("heap", "units", "os");

        @ArchTest
        static final ArchRule gcKnowsNoVersions = room("gc", "units", "os", "heap");

        @ArchTest
        static final ArchRule runtimeKnowsTheModelOnly = room("runtime", "units", "os", "heap", "gc");
    }

    /** The arrows {@code units <- trace} and {@code {runtime, trace} <- workload, experiment <- report <- cli}. */
    static final class AroundTheModel {
        @ArchTest
        static final ArchRule tracesKnowNothingOfTheModel = room("trace", "units");

        @ArchTest
        static final ArchRule workloadsKnowModelAndTraces =
                room("workload", "units", "os", "heap", "gc", "runtime", "trace");

        @ArchTest
        static final ArchRule experimentsDoNotKnowHowTheyAreShown =
                room("experiment", "units", "os", "heap", "gc", "runtime", "trace", "workload");

        @ArchTest
        static final ArchRule reportsDoNotKnowTheCommandLine =
                room("report", "units", "os", "heap", "gc", "runtime", "trace", "workload", "experiment");

        @ArchTest
        static final ArchRule everyClassHasItsRoom = classes()
                .should()
                .resideInAnyPackage(packages(
                        "units", "os", "heap", "gc", "runtime", "trace", "workload", "experiment", "report", "cli"));
    }

    /** No I/O, no clock, no threads, no chance, no static state that changes. */
    static final class Purity {
        @ArchTest
        static final ArchRule modelDoesNoInputOrOutput = noClasses()
                .that()
                .resideInAnyPackage(CORE)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.io..", "java.nio.file..", "java.nio.channels..", "java.net..")
                .allowEmptyShould(true);

        @ArchTest
        static final ArchRule modelReadsNoClock = noClasses()
                .that()
                .resideInAnyPackage(CORE)
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .dependOnClassesThat()
                .resideInAnyPackage("java.time..")
                .allowEmptyShould(true);

        @ArchTest
        static final ArchRule modelStartsNoThreads = noClasses()
                .that()
                .resideInAnyPackage(CORE)
                .should()
                .dependOnClassesThat(or(
                        fullNameMatching("java\\.lang\\.Thread(Local)?"), resideInAnyPackage("java.util.concurrent..")))
                .allowEmptyShould(true);

        @ArchTest
        static final ArchRule modelLeavesNothingToChance = noClasses()
                .that()
                .resideInAnyPackage(CORE)
                .should()
                .callMethod(Math.class, "random")
                .orShould()
                .callConstructor(java.util.Random.class)
                .orShould()
                .callMethod(System.class, "identityHashCode", Object.class)
                .allowEmptyShould(true);

        @ArchTest
        static final ArchRule modelHasNoStaticStateThatChanges = noFields()
                .that()
                .areDeclaredInClassesThat()
                .resideInAnyPackage(CORE)
                .and()
                .areStatic()
                .should()
                .notBeFinal()
                .allowEmptyShould(true);
    }

    @ArchTest
    static final ArchTests model = ArchTests.in(Model.class);

    @ArchTest
    static final ArchTests aroundTheModel = ArchTests.in(AroundTheModel.class);

    @ArchTest
    static final ArchTests purity = ArchTests.in(Purity.class);

    /** Classes of {@code room} know, of our own packages, only their own and {@code known}. */
    private static ArchRule room(String room, String... known) {
        String[] allowed = Stream.concat(Stream.of(room), Stream.of(known))
                .map(ArchitectureTest::inside)
                .toArray(String[]::new);
        return noClasses()
                .that()
                .resideInAPackage(inside(room))
                .should()
                .dependOnClassesThat(resideInAnyPackage("dev.needzero..").and(not(resideInAnyPackage(allowed))))
                .allowEmptyShould(true);
    }

    private static String[] packages(String... rooms) {
        return Stream.of(rooms).map(ArchitectureTest::inside).toArray(String[]::new);
    }

    private static String inside(String room) {
        return "dev.needzero." + room + "..";
    }
}
