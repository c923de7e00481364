package dev.needzero.experiment.publication;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/**
 * The explorer held against its twin, which performs nothing: it guesses for each load the store that it reads from,
 * and for each variable the order of its stores, and keeps the guesses that the axioms of the literature allow. On both
 * machines: per variable, program order, reads-from, coherence and from-reads have no cycle; and neither have, over all
 * variables, the order that the machine preserves within a thread together with what other threads see.
 */
class AxiomaticTwinTest {
    private static final int VARIABLES = 2;

    @Property(tries = 400)
    void theExplorerReachesExactlyWhatTheAxiomsAllow(
            @ForAll("threads") List<Op> first, @ForAll("threads") List<Op> second, @ForAll MemoryModel model) {
        Program program =
                new Program("random", List.of(0, 0), List.of(distinct(first, 1), distinct(second, 4)), List.of());
        assertEquals(
                new Twin(program, model).outcomes(),
                Explorer.explore(program, model).outcomes());
    }

    @Provide
    Arbitrary<List<Op>> threads() {
        Arbitrary<Integer> variable = Arbitraries.integers().between(0, VARIABLES - 1);
        Arbitrary<Op> load = variable.map(v -> Op.load(v, ""));
        Arbitrary<Op> store = variable.map(v -> Op.store(v, 1, ""));
        return Arbitraries.frequencyOf(
                        Tuple.of(4, load),
                        Tuple.of(4, store),
                        Tuple.of(1, load.map(Op::acquiring)),
                        Tuple.of(1, store.map(Op::releasing)),
                        Tuple.of(1, Arbitraries.just(Op.storeFence(""))),
                        Tuple.of(1, Arbitraries.just(Op.fullFence(""))))
                .list()
                .ofMinSize(1)
                .ofMaxSize(4);
    }

    /** Every store writes a value of its own, so that outcomes tell stores apart. */
    private static List<Op> distinct(List<Op> thread, int firstValue) {
        List<Op> ops = new ArrayList<>();
        for (Op op : thread) {
            Op copy = op.kind() == Op.Kind.STORE ? Op.store(op.location(), firstValue + ops.size(), "") : op;
            ops.add(op.release() && op.kind() == Op.Kind.STORE ? copy.releasing() : copy);
        }
        return ops;
    }

    private static final class Twin {
        private final List<Op> events = new ArrayList<>();
        private final List<Integer> threadOf = new ArrayList<>();
        private final MemoryModel model;
        private final Set<Exploration.Outcome> outcomes = new HashSet<>();

        Twin(Program program, MemoryModel model) {
            this.model = model;
            for (int t = 0; t < program.threads().size(); t++) {
                for (Op op : program.threads().get(t)) {
                    events.add(op);
                    threadOf.add(t);
                }
            }
        }

        Set<Exploration.Outcome> outcomes() {
            orderStores(0, new ArrayList<>());
            return outcomes;
        }

        /** Guesses, variable by variable, the order in which its stores reach memory. */
        private void orderStores(int variable, List<List<Integer>> coherence) {
            if (variable == VARIABLES) {
                readFrom(0, coherence, new int[events.size()]);
                return;
            }
            List<Integer> stores = new ArrayList<>();
            for (int e = 0; e < events.size(); e++) {
                if (events.get(e).kind() == Op.Kind.STORE && events.get(e).location() == variable) {
                    stores.add(e);
                }
            }
            permute(stores, new ArrayList<>(), order -> {
                coherence.add(order);
                orderStores(variable + 1, coherence);
                coherence.remove(coherence.size() - 1);
            });
        }

        private void permute(List<Integer> rest, List<Integer> order, Consumer<List<Integer>> result) {
            if (rest.isEmpty()) {
                result.accept(new ArrayList<>(order));
            }
            for (Integer e : rest) {
                List<Integer> without = new ArrayList<>(rest);
                without.remove(e);
                order.add(e);
                permute(without, order, result);
                order.remove(order.size() - 1);
            }
        }

        /** Guesses, load by load, the store it reads from; -1 is the variable's first value. */
        private void readFrom(int event, List<List<Integer>> coherence, int[] source) {
            if (event == events.size()) {
                if (allowed(coherence, source)) {
                    outcomes.add(outcome(coherence, source));
                }
                return;
            }
            if (events.get(event).kind() != Op.Kind.LOAD) {
                readFrom(event + 1, coherence, source);
                return;
            }
            source[event] = -1;
            readFrom(event + 1, coherence, source);
            for (int store : coherence.get(events.get(event).location())) {
                source[event] = store;
                readFrom(event + 1, coherence, source);
            }
        }

        private boolean allowed(List<List<Integer>> coherence, int[] source) {
            int n = events.size();
            boolean[][] perVariable = new boolean[n][n];
            boolean[][] global = new boolean[n][n];
            for (int a = 0; a < n; a++) {
                for (int b = 0; b < n; b++) {
                    boolean sameThread = threadOf.get(a).equals(threadOf.get(b));
                    boolean programOrder = sameThread && a < b;
                    boolean sameVariable = events.get(a).location() >= 0
                            && events.get(a).location() == events.get(b).location();
                    boolean sees = sameVariable && a != b && sees(a, b, coherence, source);
                    perVariable[a][b] = sameVariable && programOrder || sees;
                    global[a][b] = programOrder && preserved(a, b) || sees && !sameThread;
                }
            }
            return acyclic(perVariable) && acyclic(global);
        }

        /** Reads-from, coherence and from-reads. */
        private boolean sees(int a, int b, List<List<Integer>> coherence, int[] source) {
            List<Integer> order = coherence.get(events.get(a).location());
            boolean storeA = events.get(a).kind() == Op.Kind.STORE;
            boolean storeB = events.get(b).kind() == Op.Kind.STORE;
            if (storeA && storeB) {
                return order.indexOf(a) < order.indexOf(b);
            }
            if (storeA) {
                return source[b] == a;
            }
            return storeB && order.indexOf(source[a]) < order.indexOf(b);
        }

        /** What the machine preserves of program order, fences spelled out as pairs of accesses. */
        private boolean preserved(int a, int b) {
            Op first = events.get(a);
            Op second = events.get(b);
            if (first.isFence() || second.isFence()) {
                return false;
            }
            boolean loadA = first.kind() == Op.Kind.LOAD;
            boolean loadB = second.kind() == Op.Kind.LOAD;
            for (int f = a + 1; f < b; f++) {
                Op.Kind fence = events.get(f).kind();
                if (fence == Op.Kind.FULL_FENCE || fence == Op.Kind.STORE_FENCE && !loadA && !loadB) {
                    return true;
                }
            }
            if (model == MemoryModel.STRONG) {
                return loadA || !loadB;
            }
            for (int f = a + 1; f < b; f++) {
                // ARMv8's bob holds what precedes a release also before the same variable's later stores.
                if (events.get(f).release() && !loadB && events.get(f).location() == second.location()) {
                    return true;
                }
            }
            return first.acquire() || second.release() || first.release() && second.acquire();
        }

        private static boolean acyclic(boolean[][] edge) {
            int n = edge.length;
            boolean[][] reach = new boolean[n][];
            for (int i = 0; i < n; i++) {
                reach[i] = edge[i].clone();
            }
            for (int k = 0; k < n; k++) {
                for (int i = 0; i < n; i++) {
                    for (int j = 0; j < n; j++) {
                        reach[i][j] |= reach[i][k] && reach[k][j];
                    }
                }
            }
            for (int i = 0; i < n; i++) {
                if (reach[i][i]) {
                    return false;
                }
            }
            return true;
        }

        private Exploration.Outcome outcome(List<List<Integer>> coherence, int[] source) {
            List<Integer> memory = new ArrayList<>();
            for (List<Integer> order : coherence) {
                memory.add(
                        order.isEmpty()
                                ? 0
                                : events.get(order.get(order.size() - 1)).value());
            }
            List<Integer> reads = new ArrayList<>();
            for (int e = 0; e < events.size(); e++) {
                if (events.get(e).kind() == Op.Kind.LOAD) {
                    reads.add(source[e] < 0 ? 0 : events.get(source[e]).value());
                }
            }
            return new Exploration.Outcome(memory, reads);
        }
    }
}
