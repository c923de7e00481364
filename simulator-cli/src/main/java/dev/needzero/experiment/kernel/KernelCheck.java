package dev.needzero.experiment.kernel;

import dev.needzero.experiment.Replay;
import dev.needzero.experiment.Replays;
import dev.needzero.experiment.kernel.PageReader.PageState;
import dev.needzero.os.AddressSpace;
import dev.needzero.os.OsSettings;
import dev.needzero.runtime.Behaviours;
import dev.needzero.trace.EventBatch;
import dev.needzero.trace.TraceReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * One replay on the model of the kernel and, call by call, on the kernel itself; compared at each checkpoint and at the end.
 */
public final class KernelCheck {
    private static final int DIFFERENCES_KEPT = 10;

    /** A page on which the two do not agree; its number counts from the heap's start. */
    public record Difference(long osPage, PageState model, PageState kernel) {}

    /**
     * One checkpoint.
     *
     * @param pages osPages of the heap's readable and writable memory
     * @param agreeingPages those of which both say the same
     * @param modelResidentPages resident in the model
     * @param kernelResidentPages resident in the kernel
     * @param modelZeroPages mapped to the zero page in the model
     * @param kernelZeroPages and in the kernel
     * @param model the model's sums
     * @param kernel smaps' sums
     * @param differences the first pages that differ
     */
    public record Row(
            String name,
            long event,
            long pages,
            long agreeingPages,
            long modelResidentPages,
            long kernelResidentPages,
            long modelZeroPages,
            long kernelZeroPages,
            PageReader.Usage model,
            PageReader.Usage kernel,
            List<Difference> differences) {}

    private final RealMemory memory;
    private final PageReader reader;
    private final List<Row> rows = new ArrayList<>();
    private Replay replay;
    private String smaps;
    private long events;
    private long foreignCollapses;

    private KernelCheck(RealMemory memory, PageReader reader) {
        this.memory = memory;
        this.reader = reader;
    }

    /**
     * Replays on both.
     *
     * @param trace the trace from its start
     * @param reservedBytes how far the twin's reservation reaches, known from a run on the model alone
     * @param progress told of bytes read now and then; null for none
     */
    public static KernelCheck run(
            TraceReader trace,
            Behaviours version,
            Replays.Settings settings,
            long reservedBytes,
            Consumer<TraceReader> progress)
            throws IOException {
        try (RealMemory memory = new RealMemory(settings.os(), reservedBytes);
                PageReader reader = new PageReader()) {
            KernelCheck check = new KernelCheck(memory, reader);
            check.replay(trace, version, settings, progress);
            return check;
        }
    }

    private void replay(
            TraceReader trace, Behaviours version, Replays.Settings settings, Consumer<TraceReader> progress)
            throws IOException {
        Replays.Lockstep lockstep = new Replays.Lockstep(trace, List.of(version), settings);
        replay = lockstep.replays().get(0);
        replay.runtime().os().watch(memory);
        long collapsesBefore = RealMemory.khugepagedCollapses();
        replay.onCheckpoint((at, twin) -> compare(at.name(), at.event()));
        for (EventBatch batch = lockstep.next(); batch != null; batch = lockstep.next()) {
            replay.replay(batch);
            if (progress != null) {
                progress.accept(trace);
            }
        }
        replay.finish();
        if (rows.isEmpty() || rows.get(rows.size() - 1).event() != trace.eventsDecoded()) {
            compare("end of trace", trace.eventsDecoded());
        }
        events = trace.eventsDecoded();
        foreignCollapses = RealMemory.khugepagedCollapses() - collapsesBefore;
        smaps = PageReader.smaps(memory.base(), replay.runtime().os().reservedTo());
    }

    private void compare(String name, long event) {
        AddressSpace os = replay.runtime().os();
        int shift = os.osPageShift();
        long from = os.mappedFrom() >>> shift;
        int pages = Math.toIntExact(os.mappedBytes() >>> shift);
        PageState[] kernel;
        PageReader.Usage kernelUsage;
        try {
            kernel = reader.states(memory.base() + os.mappedFrom(), pages, shift);
            kernelUsage = PageReader.usage(memory.base(), os.reservedTo());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        long agreeing = 0;
        long[] modelPages = new long[PageState.values().length];
        long[] kernelPages = new long[PageState.values().length];
        List<Difference> differences = new ArrayList<>();
        for (int i = 0; i < pages; i++) {
            PageState model = os.isResident(from + i)
                    ? PageState.RESIDENT
                    : os.isZeroMapped(from + i) ? PageState.ZERO_MAPPED : PageState.UNTOUCHED;
            modelPages[model.ordinal()]++;
            kernelPages[kernel[i].ordinal()]++;
            if (model == kernel[i]) {
                agreeing++;
            } else if (differences.size() < DIFFERENCES_KEPT) {
                differences.add(new Difference(from + i, model, kernel[i]));
            }
        }
        rows.add(new Row(
                name,
                event,
                pages,
                agreeing,
                modelPages[PageState.RESIDENT.ordinal()],
                kernelPages[PageState.RESIDENT.ordinal()],
                modelPages[PageState.ZERO_MAPPED.ordinal()],
                kernelPages[PageState.ZERO_MAPPED.ordinal()],
                new PageReader.Usage(os.rssBytes(), os.hugeBytes(), os.lazyFreeBytes()),
                kernelUsage,
                List.copyOf(differences)));
    }

    public List<Row> rows() {
        return rows;
    }

    public Replay replay() {
        return replay;
    }

    /** Events of the trace. */
    public long events() {
        return events;
    }

    /** The kernel's own text for the heap at the end; the memory itself is gone. */
    public String smaps() {
        return smaps;
    }

    /** Collapses that the model made and the kernel did not. */
    public long refusedCollapses() {
        return memory.refusedCollapses();
    }

    /** Huge pages that the machine's own khugepaged made meanwhile, here or in other processes. */
    public long foreignCollapses() {
        return foreignCollapses;
    }

    /** Whether the two agree: on every page, or, where huge pages are on, on resident memory within a hundredth. */
    public boolean agrees(OsSettings.Thp thp) {
        for (Row row : rows) {
            long off = Math.abs(row.model().rssBytes() - row.kernel().rssBytes());
            boolean alike = thp == OsSettings.Thp.ALWAYS
                    ? off * 100 <= row.kernel().rssBytes()
                    : row.agreeingPages() == row.pages();
            if (!alike) {
                return false;
            }
        }
        return true;
    }
}
