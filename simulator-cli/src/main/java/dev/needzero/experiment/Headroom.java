package dev.needzero.experiment;

import dev.needzero.runtime.Behaviour;
import dev.needzero.runtime.Behaviours;
import dev.needzero.units.ByteSize;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a process may take after a change of version, at most and probably. All in bytes; -1 is unknown.
 *
 * <p>At most: every page of its heap's mapping becomes resident. Probably: what the twin says of a trace; without one, the
 * part of the mapping that is not resident now is split by assumption into memory that the new version would clear and
 * memory that stays as it is.
 *
 * @param nowBytes the process's resident memory before
 * @param mappedBytes what the heap is expected to have mapped after
 * @param likelyHeapBytes what of it is probably resident
 * @param otherBytes resident beside the heap, before and after
 * @param assumptions what the figures rest on
 */
public record Headroom(
        long nowBytes, long mappedBytes, long likelyHeapBytes, long otherBytes, List<String> assumptions) {
    /**
     * Of heap memory that is mapped and not resident, the share that large objects with pointers hold, where nothing else
     * is known: of recorded programs that live on such objects and write little of them, 1.24 made 90 % and more of it
     * resident; of others half at most.
     */
    public static final double UNWRITTEN_SHARE = 0.9;

    /** Everything resident. */
    public long worstBytes() {
        return mappedBytes + otherBytes;
    }

    public long likelyBytes() {
        return likelyHeapBytes + otherBytes;
    }

    /**
     * From what was seen of a process under a version that clears no fresh memory.
     *
     * @param share of what is mapped, not resident and not known to be released: how much large objects with pointers hold;
     *     -1 for what is assumed where nobody says
     */
    public static Headroom of(PodMemory now, Behaviours after, double share) {
        List<String> assumptions = new ArrayList<>();
        long other = Math.max(0, now.otherBytes());
        if (now.otherBytes() < 0) {
            assumptions.add("what the process holds beside its heap is left out");
        }
        assumptions.add("the heap's mapping stays as large as it is");
        boolean clears = after.value(Behaviour.LARGE_ZEROING).equals("always");
        if (now.rssBytes() < 0) {
            long resident = now.mappedBytes() - Math.max(0, now.releasedBytes());
            assumptions.add("how much is resident was not told: all that the runtime has not released is taken to be");
            return new Headroom(-1, now.mappedBytes(), resident, other, assumptions);
        }
        long absent = now.mappedBytes() - now.rssBytes();
        if (!clears) {
            assumptions.add(
                    "Go " + after + " clears no memory that is fresh from the system: as much is resident as now");
            return new Headroom(now.rssBytes() + other, now.mappedBytes(), now.rssBytes(), other, assumptions);
        }
        long unwritten = now.releasedBytes() < 0 ? absent : Math.max(0, absent - now.releasedBytes());
        double part = share >= 0 ? share : now.releasedBytes() < 0 ? UNWRITTEN_SHARE : 1;
        String what = now.releasedBytes() < 0
                ? ByteSize.format(absent) + " mapped and not resident"
                : ByteSize.format(unwritten) + " mapped, not resident and not released";
        assumptions.add(String.format(
                Locale.ROOT,
                "of %s, %.0f %% lie in large objects with pointers, which Go %s clears",
                what,
                100 * part,
                after));
        assumptions.add("the process runs a version that does not clear them (1.23 or before, 1.25 or later)");
        return new Headroom(
                now.rssBytes() + other,
                now.mappedBytes(),
                now.rssBytes() + Math.round(part * unwritten),
                other,
                assumptions);
    }

    /** From a trace, replayed under the version that recorded it and under the other. */
    public static Headroom of(Replay before, Replay after, PodMemory known) {
        List<String> assumptions = new ArrayList<>();
        long other = Math.max(0, known.otherBytes());
        if (known.otherBytes() < 0) {
            assumptions.add("what the process holds beside its heap is left out (--other says how much)");
        }
        assumptions.add("the trace holds the program's highest load");
        return new Headroom(
                before.runtime().os().peakRssBytes() + other,
                after.runtime().os().mappedBytes(),
                after.runtime().os().peakRssBytes(),
                other,
                assumptions);
    }
}
