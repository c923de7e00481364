package dev.needzero.experiment;

import dev.needzero.runtime.Behaviours;
import dev.needzero.trace.TraceReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongPredicate;
import java.util.function.ToLongFunction;

/**
 * How much of its large objects a program writes, found from how much of its heap was resident: the share X of the touch
 * rule {@code large=X%} under which the twin holds as much.
 *
 * <p>More written is never less resident, so the twin's memory is searched as one searches a sorted list, several places
 * at a time. It grows in steps, a system page of each object; all shares of one step fit equally well. The answer is the
 * greatest of them: the share of their pages that the objects have resident. Of large objects that were there before the
 * trace began and have no type in it, nothing is taken to be written; how much less the share would be were they written
 * whole, the range says.
 */
public final class Calibration {
    /** Shares are looked at in tenths of a percent. */
    private static final int WHOLE = 1000;

    private static final int AT_A_TIME = 9;

    /**
     * The outcome.
     *
     * @param percent the share of large objects that is written
     * @param leastPercent the least share that fits as well, should all of the unknown be written
     * @param toleranceBytes a difference that is taken for none
     * @param rssBytes what the twin holds with the share
     * @param noneRssBytes what it holds with nothing written of large objects
     * @param allRssBytes what it holds with everything written
     * @param touch rules with the share in them
     * @param unknownBytes memory of large objects of which the trace's head names no type: taken not to be written
     * @param marksLeftOut write marks in the trace that were left out
     */
    public record Fit(
            double percent,
            double leastPercent,
            long observedBytes,
            long toleranceBytes,
            long rssBytes,
            long noneRssBytes,
            long allRssBytes,
            TouchRules touch,
            long unknownBytes,
            long marksLeftOut) {
        /** What a twin that is right may be off by. */
        private long slackBytes() {
            return Math.max(toleranceBytes, observedBytes / 100);
        }

        /** Whether what is written of large objects makes a difference that can be told from the twin's own errors. */
        public boolean matters() {
            return allRssBytes - noneRssBytes > slackBytes();
        }

        /** Whether some share makes the twin hold what was observed. */
        public boolean explains() {
            return matters()
                    && observedBytes >= noneRssBytes - slackBytes()
                    && observedBytes <= allRssBytes + slackBytes();
        }
    }

    private final Sweep.Opener opener;
    private final Behaviours behaviours;
    private final Replays.Settings settings;
    private final ToLongFunction<Replay> rss;
    private final boolean keepMarks;
    private long marks;

    private Calibration(
            Sweep.Opener opener,
            Behaviours behaviours,
            Replays.Settings settings,
            ToLongFunction<Replay> rss,
            boolean keepMarks) {
        this.opener = opener;
        this.behaviours = behaviours;
        this.settings = settings;
        this.rss = rss;
        this.keepMarks = keepMarks;
    }

    /**
     * Finds the share.
     *
     * @param settings the touch rules in them say what is written of other objects
     * @param rss tells of a replay what is to be as observed
     * @param toleranceBytes a difference that is taken for none
     * @param keepMarks whether the trace's write marks count; without them the answer holds for traces that have none
     */
    public static Fit run(
            Sweep.Opener opener,
            Behaviours behaviours,
            Replays.Settings settings,
            ToLongFunction<Replay> rss,
            long observedBytes,
            long toleranceBytes,
            boolean keepMarks)
            throws IOException {
        return new Calibration(opener, behaviours, settings, rss, keepMarks).fit(observedBytes, toleranceBytes);
    }

    private Fit fit(long observed, long tolerance) throws IOException {
        Curve unwritten = new Curve("unknown=none");
        Curve written = new Curve("unknown=all");
        int[] range = unwritten.nearest(observed, tolerance);
        int least = range[0];
        if (!written.known.get(0).equals(unwritten.known.get(0))) {
            least = Math.min(least, written.nearest(observed, tolerance)[0]);
        }
        return new Fit(
                range[1] / 10.0,
                least / 10.0,
                observed,
                tolerance,
                unwritten.known.get(range[1]),
                unwritten.known.get(0),
                unwritten.known.get(WHOLE),
                TouchRules.parse(unwritten.rules(range[1])),
                written.known.get(0) - unwritten.known.get(0),
                marks);
    }

    /** What the twin holds by the share of large objects written, as far as it is known. */
    private final class Curve {
        final TreeMap<Integer, Long> known = new TreeMap<>();
        private final String unknown;

        /** @param unknown what is taken to be written of the large objects that no one knows the types of */
        Curve(String unknown) throws IOException {
            this.unknown = unknown;
            evaluate(0, WHOLE);
        }

        /** The least and the greatest of the shares that come nearest. */
        int[] nearest(long observed, long tolerance) throws IOException {
            int above = firstWhere(bytes -> bytes > observed);
            long difference = Math.min(
                    above > 0 ? observed - known.get(above - 1) : Long.MAX_VALUE,
                    above <= WHOLE ? known.get(above) - observed : Long.MAX_VALUE);
            long near = Math.max(difference, tolerance);
            return new int[] {
                firstWhere(bytes -> bytes >= observed - near), firstWhere(bytes -> bytes > observed + near) - 1
            };
        }

        /** The least share of such an amount, {@code WHOLE + 1} if none is; the one before it is known, too. */
        private int firstWhere(LongPredicate amount) throws IOException {
            int below = -1;
            int at = WHOLE + 1;
            while (true) {
                for (int share : known.keySet()) {
                    if (amount.test(known.get(share))) {
                        at = Math.min(at, share);
                    } else {
                        below = Math.max(below, share);
                    }
                }
                if (at - below <= 1) {
                    return at;
                }
                evaluate(below + 1, at - 1);
            }
        }

        /** Runs twins with shares spread over a range, its ends included. */
        private void evaluate(int from, int to) throws IOException {
            List<Sweep.Twin> twins = new ArrayList<>();
            int steps = Math.min(to - from, AT_A_TIME - 1);
            for (int i = 0; i <= steps; i++) {
                int share = steps == 0 ? from : from + (int) Math.round((double) (to - from) * i / steps);
                twins.add(new Sweep.Twin(share, behaviours, settings.with(TouchRules.parse(rules(share)))));
            }
            known.putAll(amounts(twins));
        }

        private String rules(int share) {
            return unknown + " " + withLarge(settings.touch().toString(), share);
        }
    }

    /** What each twin holds, by its share. */
    private Map<Integer, Long> amounts(List<Sweep.Twin> twins) throws IOException {
        ConcurrentHashMap<Integer, Long> found = new ConcurrentHashMap<>();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        AtomicLong left = new AtomicLong();
        Sweep.run(List.of(new Sweep.Feed(this::open, twins)), 0, new Sweep.Listener() {
            @Override
            public void finished(Sweep.Twin twin, Replay replay) {
                found.put(twin.cell(), rss.applyAsLong(replay));
            }

            @Override
            public void failed(Sweep.Twin twin, Throwable why) {
                failure.set(why);
            }

            @Override
            public void decoded(Sweep.Twin first, TraceReader reader) {
                left.set(reader instanceof WithoutWrites without ? without.marks() : 0);
            }
        });
        if (failure.get() instanceof IOException input) {
            throw input;
        } else if (failure.get() instanceof UncheckedIOException input) {
            throw input;
        } else if (failure.get() != null) {
            throw new IllegalStateException("a twin broke", failure.get());
        }
        marks = left.get();
        return found;
    }

    private TraceReader open() throws IOException {
        return keepMarks ? opener.open() : new WithoutWrites(opener.open());
    }

    /** The rules given, with this share in tenths of a percent in place of what they say of large objects. */
    static String withLarge(String rules, int share) {
        String large = "large=" + String.format(Locale.ROOT, share % 10 == 0 ? "%.0f" : "%.1f", share / 10.0) + "%";
        List<String> words = new ArrayList<>();
        boolean placed = false;
        boolean untyped = false;
        for (String word : rules.trim().split("\\s+")) {
            String what = word.substring(0, word.lastIndexOf('='));
            untyped |= what.equals("untyped");
            if ((what.equals("large") || what.equals("default")) && !placed) {
                words.add(large);
                placed = true;
            }
            if (!what.equals("large") && !what.equals("unknown")) {
                words.add(word);
            }
        }
        if (!placed) {
            words.add(large);
        }
        if (!untyped) {
            words.add(0, "untyped=all"); // the runtime writes these whole
        }
        return String.join(" ", words);
    }
}
