package dev.needzero.cli;

import dev.needzero.trace.TraceReader;
import java.util.function.Consumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A bar on standard error, only on a terminal, and only for work that takes longer than a second. */
final class Progress implements Consumer<TraceReader>, AutoCloseable {
    private static final long PATIENCE_NANOS = 1_000_000_000L;

    private static final String MIB = "MiB";
    private static final String MILLIONS = " M events";

    private final String task;
    private String unit;
    private final boolean terminal = System.console() != null && !"dumb".equals(System.getenv("TERM"));
    private final long begun = System.nanoTime();
    private ProgressBar bar;

    Progress(String task, String unit) {
        this.task = task;
        this.unit = unit;
    }

    @Override
    public void accept(TraceReader reader) {
        if (bar == null && unit.equals(MIB) && reader.info().format().equals("gen")) {
            unit = MILLIONS; // a generated trace has no bytes, it counts events
        }
        step(reader.bytesRead(), reader.bytesTotal());
    }

    /** Tells how far the work is; a total of -1 is one that nobody knows. */
    synchronized void step(long done, long total) {
        if (!terminal || bar == null && System.nanoTime() - begun < PATIENCE_NANOS) {
            return;
        }
        if (bar == null) {
            ProgressBarBuilder builder = new ProgressBarBuilder()
                    .setTaskName(task)
                    .setInitialMax(total)
                    .setStyle(ProgressBarStyle.ASCII)
                    .clearDisplayOnFinish();
            bar = switch (unit) {
                case MIB -> builder.setUnit(MIB, 1 << 20).build();
                case MILLIONS -> builder.setUnit(MILLIONS, 1_000_000).build();
                default -> builder.build();
            };
        }
        bar.stepTo(done);
    }

    @Override
    public synchronized void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
