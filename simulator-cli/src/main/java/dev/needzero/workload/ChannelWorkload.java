package dev.needzero.workload;

/** Buffered channels, partly filled and kept; then some of them are replaced, as connections come and go. */
final class ChannelWorkload extends Workload {
    private final Channels channels;
    private final long[] held;
    private final long buffer;
    private final long filled;
    private final long churn;

    private long made;

    ChannelWorkload(Arguments arguments) {
        super(arguments);
        channels = new Channels(program, go, arguments.type("elem"));
        held = new long[arguments.positive("count")];
        buffer = arguments.count("buffer");
        filled = (long) (buffer * arguments.share("fill"));
        churn = arguments.count("churn");
        note("the program's writes to its channels are in the trace: touch rule "
                + arguments.type("elem").name() + "=none counts them alone");
    }

    @Override
    protected void begin() {
        made = 0;
    }

    @Override
    protected boolean step() {
        int at = (int) made;
        if (made >= held.length) {
            at = rng.below(held.length);
            channels.drop(held[at]);
        }
        held[at] = channels.make(buffer);
        channels.filled(held[at], filled);
        made++;
        if (made == held.length) {
            program.checkpoint("all-live");
        }
        return made < held.length + churn;
    }
}
