package dev.needzero.experiment.publication;

import dev.needzero.experiment.publication.Op.Guard;
import dev.needzero.experiment.publication.Op.Kind;

/**
 * How far a machine may reorder the steps of one thread. There is one memory, and a step that takes effect does so for
 * all threads at once (true of x86 and of ARMv8); what differs is which steps of a thread must wait for which. Where a
 * load may overtake a store of its own thread to the same variable, it reads what that store is about to write.
 *
 * <p>Stronger than ARMv8 in one respect: a {@code SWAP} takes effect as one step, so no store before it can be overtaken
 * by a load after it. No program here has such a pair.
 */
public enum MemoryModel {
    /** x86-TSO: each processor queues its stores, first in first out; only a load may overtake, and only stores. */
    STRONG("a strongly ordered machine (x86-64)") {
        @Override
        boolean keepsOrder(Op first, Op second) {
            boolean queued = first.kind() == Kind.STORE || first.kind() == Kind.STORE_FENCE;
            return !(queued && second.kind() == Kind.LOAD);
        }
    },

    /**
     * Like ARMv8: any two steps may change places unless they touch the same variable, a fence, an acquire or a
     * release stands between, the second one's address or data comes from the first, or the second is a store behind a
     * branch on the first.
     */
    WEAK("a weakly ordered machine (arm64-like)") {
        @Override
        boolean keepsOrder(Op first, Op second) {
            if (first.acquire() || second.release()) {
                return true;
            }
            if (first.release() && second.acquire()) {
                return true;
            }
            boolean storesFenced = first.kind() == Kind.STORE_FENCE && second.writes()
                    || second.kind() == Kind.STORE_FENCE && first.writes()
                    || second.kind() == Kind.STORE_FENCE && first.kind() == Kind.STORE_FENCE;
            boolean storeBehindBranch = first.guard() != Guard.NONE && second.writes();
            return storesFenced || storeBehindBranch;
        }
    };

    private final String description;

    MemoryModel(String description) {
        this.description = description;
    }

    public String description() {
        return description;
    }

    /** What the machine adds to the rules that hold on all of them. */
    abstract boolean keepsOrder(Op first, Op second);

    /** Whether step {@code j} of a thread may not take effect before step {@code i}, {@code i < j}. */
    final boolean ordered(Op[] thread, int i, int j) {
        Op first = thread[i];
        Op second = thread[j];
        if ((second.needs() >> i & 1) != 0 || isWall(first) || isWall(second)) {
            return true;
        }
        if (first.location() >= 0 && first.location() == second.location()) {
            boolean forwards = first.kind() == Kind.STORE && second.kind() == Kind.LOAD;
            return !forwards || keepsOrder(first, second);
        }
        return keepsOrder(first, second);
    }

    private static boolean isWall(Op op) {
        return op.kind() == Kind.FULL_FENCE || op.kind() == Kind.STOP;
    }
}
