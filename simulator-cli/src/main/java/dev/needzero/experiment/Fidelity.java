package dev.needzero.experiment;

import dev.needzero.runtime.Behaviours;
import dev.needzero.trace.BadInputException;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * Holds the twin against every recording of a directory. A truth without a trace of its own, of a version whose tracer
 * knows no allocations, is what the oldest trace of the same program is held against.
 */
public final class Fidelity {
    private static final String TRUTH = ".truth.jsonl.gz";

    /**
     * One recording: a trace, and the truth of the version that it is replayed under.
     *
     * @param name what the files are called, {@code NAME@goVERSION}
     */
    public record Case(String name, Path trace, Path truth) {}

    /**
     * How well one recording was met. The checkpoint {@code start} is left out: it is where the twin sets off from.
     * Percentages are -1 where there is nothing to compare.
     *
     * @param worstRssErrorBytes the greatest difference, whatever its share
     * @param heapPages OS pages compared, at all checkpoints together
     * @param differences those on which twin and kernel differ, by cause
     * @param failure why there is no answer, or null
     */
    public record Score(
            String name,
            String go,
            boolean sameRun,
            long spans,
            long spansSame,
            long objects,
            long objectsSame,
            double leastPagesPercent,
            double worstRssErrorPercent,
            double meanRssErrorPercent,
            long worstRssErrorBytes,
            long metrics,
            long metricsEqual,
            long heapPages,
            Differences differences,
            Exception failure) {}

    /** Told how many of how many recordings are done. */
    public interface Listener {
        void done(int cases, int of);
    }

    private Fidelity() {}

    /**
     * The recordings of a directory, by name.
     *
     * @param glob which names to take, as in {@code large-*}; null for all
     */
    public static List<Case> cases(Path directory, String glob) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new BadInputException(directory.toString(), "is not a directory; expected one with recordings");
        }
        PathMatcher wanted = FileSystems.getDefault().getPathMatcher("glob:" + (glob == null ? "*" : glob));
        TreeMap<String, Path> traces = new TreeMap<>();
        TreeMap<String, Path> truths = new TreeMap<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                String name = file.getFileName().toString();
                if (name.endsWith(TRUTH)) {
                    truths.put(name.substring(0, name.length() - TRUTH.length()), file);
                } else if (name.matches(".*\\.trace(\\.gz|\\.zst)?")) {
                    traces.put(name.replaceFirst("\\.trace(\\.gz|\\.zst)?$", ""), file);
                }
            }
        }
        List<Case> cases = new ArrayList<>();
        truths.forEach((name, truth) -> {
            Path trace = traces.containsKey(name) ? traces.get(name) : oldestOf(name, traces);
            if (trace != null && wanted.matches(Path.of(name))) {
                cases.add(new Case(name, trace, truth));
            }
        });
        return cases;
    }

    private static Path oldestOf(String name, TreeMap<String, Path> traces) {
        String program = name.substring(0, name.indexOf('@') + 1);
        String next = traces.ceilingKey(program);
        return !program.isEmpty() && next != null && next.startsWith(program) ? traces.get(next) : null;
    }

    /** Verifies them all, several at a time; in the order given. */
    public static List<Score> run(List<Case> cases, Replays.Settings settings, int threads, Listener listener) {
        ExecutorService pool = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, "fidelity");
            thread.setDaemon(true);
            return thread;
        });
        try {
            ExecutorCompletionService<Score> done = new ExecutorCompletionService<>(pool);
            List<Future<Score>> scores = new ArrayList<>();
            for (Case one : cases) {
                Callable<Score> task = () -> score(one, settings);
                scores.add(done.submit(task));
            }
            for (int i = 1; i <= cases.size(); i++) {
                done.take();
                listener.done(i, cases.size());
            }
            List<Score> result = new ArrayList<>();
            for (Future<Score> score : scores) {
                result.add(score.get());
            }
            return result;
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while verifying", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a verification ended without a score", e);
        } finally {
            pool.shutdownNow();
        }
    }

    private static Score score(Case one, Replays.Settings settings) {
        String go = one.name().substring(one.name().indexOf('@') + 1).replaceFirst("^go", "");
        try {
            Truth truth = Truth.read(one.truth());
            return score(
                    one, Verification.run(one.trace().toString(), one.truth(), Behaviours.of(truth.go()), settings));
        } catch (IOException | RuntimeException e) {
            return new Score(one.name(), go, false, 0, 0, 0, 0, -1, -1, -1, 0, 0, 0, 0, new Differences(), e);
        }
    }

    private static Score score(Case one, Verification v) {
        double leastPages = -1;
        double worst = -1;
        double sum = 0;
        long worstBytes = 0;
        int rows = 0;
        long metrics = 0;
        long equal = 0;
        long heapPages = 0;
        Differences differences = new Differences();
        for (Verification.Row row : v.rows()) {
            if (row.twin().number() == 0) {
                continue;
            }
            long truth = row.truth().rssBytes();
            long errorBytes = Math.abs(row.twin().rssBytes() - truth);
            double error = truth == 0 ? 0 : 100.0 * errorBytes / truth;
            worstBytes = Math.max(worstBytes, errorBytes);
            worst = Math.max(worst, error);
            sum += error;
            rows++;
            if (v.sameRun()) {
                heapPages += row.heapPages();
                differences.add(row.differences());
                double agree = row.heapPages() == 0 ? 100 : 100.0 * row.agreeingPages() / row.heapPages();
                leastPages = leastPages < 0 ? agree : Math.min(leastPages, agree);
                for (String name : row.commonMetrics()) {
                    metrics++;
                    equal += row.twin()
                                    .metrics()
                                    .get(name)
                                    .equals(row.truth().metrics().get(name))
                            ? 1
                            : 0;
                }
            }
        }
        Placement p = v.replay().placement();
        boolean same = v.sameRun();
        return new Score(
                one.name(),
                v.behaviours().version(),
                same,
                same ? p.spans() : 0,
                same ? p.spansSame() : 0,
                same ? p.objects() : 0,
                same ? p.objectsSame() : 0,
                leastPages,
                worst,
                rows == 0 ? -1 : sum / rows,
                worstBytes,
                metrics,
                equal,
                heapPages,
                differences,
                null);
    }
}
