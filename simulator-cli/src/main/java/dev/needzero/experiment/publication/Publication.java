package dev.needzero.experiment.publication;

import dev.needzero.experiment.publication.Program.Read;
import dev.needzero.experiment.publication.Protocol.Allocator;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Every way in which one mark worker may meet one allocation: each {@link Discovery}, in a collection that is on when
 * the allocation begins, and in one that begins while the goroutine can be preempted.
 */
public final class Publication {
    private Publication() {}

    /** Threads of every program here. */
    public static final int ALLOCATOR = 0;

    public static final int COLLECTOR = 1;

    /** What the answers rest on, for the reader of a result. */
    public static final List<String> ASSUMPTIONS = List.of(
            "One large object with pointers, in a span and a span record that were used before; over memory that is"
                    + " fresh from the system every schedule reads zeros.",
            "Two chunks of 256 KiB stand for any number of them, and one word for each chunk.",
            "The order of the stores was read in copies of malloc.go and mbitmap.go that have each version's shape, not"
                    + " in the tagged releases; what initSpan and greyobject do is from the commits' descriptions and"
                    + " general knowledge. The heap lock, statistics, profiling and the write barrier are left out.",
            "freeIndexForScan moves whether a collection is on or not. Later versions move it only outside of one, which"
                    + " lets the collector do less; which release began that was not checked.",
            "One mark worker, one attempt; a collection begins only where the allocating goroutine can be preempted,"
                    + " and stopping it makes all it did visible.",
            "publicationBarrier orders stores only (arm64), or costs nothing (amd64); Go's atomics acquire and release.",
            "The words' addresses are computed from the type, so their loads wait for it; 1.25's atomic load promises it.",
            "The weak machine is ARMv8-like: one memory, any reordering within a thread that no fence, acquire,"
                    + " release, dependency or same variable forbids.");

    /**
     * One way of meeting, explored.
     *
     * @param marking whether the collection is on when the allocation begins
     */
    public record Meeting(Discovery discovery, boolean marking, Exploration exploration) {}

    /** What was found for one version on one machine. */
    public record Verdict(Protocol protocol, MemoryModel model, Breakage breakage, List<Meeting> meetings) {
        public Verdict {
            meetings = List.copyOf(meetings);
        }

        /** Different states, over all meetings. */
        public long states() {
            return meetings.stream().mapToLong(m -> m.exploration().states()).sum();
        }

        public long transitions() {
            return meetings.stream()
                    .mapToLong(m -> m.exploration().transitions())
                    .sum();
        }

        /** The meeting with the shortest schedule that reads uncleared memory; empty when there is none. */
        public Optional<Meeting> worst() {
            return meetings.stream()
                    .filter(m -> m.exploration().goesWrong())
                    .min(Comparator.comparingInt(m -> m.exploration().schedule().size()));
        }

        public boolean isSafe(Discovery discovery) {
            return meetings.stream()
                    .noneMatch(
                            m -> m.discovery() == discovery && m.exploration().goesWrong());
        }

        public boolean isSafe() {
            return worst().isEmpty();
        }
    }

    public static Verdict check(Protocol protocol, MemoryModel model, Breakage breakage) {
        List<Meeting> meetings = new ArrayList<>();
        for (Discovery discovery : Discovery.values()) {
            for (boolean marking : new boolean[] {true, false}) {
                Program program = program(protocol, discovery, marking, breakage);
                meetings.add(new Meeting(discovery, marking, Explorer.explore(program, model)));
            }
        }
        return new Verdict(protocol, model, breakage, meetings);
    }

    /** @param marking whether a collection is on when the allocation begins */
    static Program program(Protocol protocol, Discovery discovery, boolean marking, Breakage breakage) {
        Allocator allocator = protocol.allocator(marking, breakage);
        List<Op> collector = discovery.collector(!marking, protocol.atomicType(breakage), allocator.stopsAt());
        List<Read> wrong = new ArrayList<>();
        for (int i = collector.size() - 2; i < collector.size(); i++) {
            wrong.add(new Read(COLLECTOR, i, Variable.DIRTY));
        }
        String name = "Go " + protocol.go() + ", " + discovery.description() + ", "
                + (marking ? "collection on" : "collection begins");
        return new Program(name, Variable.initials(), List.of(allocator.steps(), collector), wrong);
    }
}
