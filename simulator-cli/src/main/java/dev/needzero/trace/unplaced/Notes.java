package dev.needzero.trace.unplaced;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a reader assumed, inferred or left out, each with its count: the source of {@code TraceReader.warnings()}. */
public final class Notes {
    /** How often one thing happened; it is mentioned once it has. */
    public static final class Counter {
        private final String message;
        private long count;

        private Counter(String message) {
            this.message = message;
        }

        public void increment() {
            count++;
        }

        public long count() {
            return count;
        }
    }

    private final List<Counter> counters = new ArrayList<>();
    private final List<String> facts = new ArrayList<>();

    /** @param message what is said after the number, as in {@code "reallocs replayed as …"} */
    public Counter counter(String message) {
        Counter counter = new Counter(message);
        counters.add(counter);
        return counter;
    }

    /** Something that is said whatever the counts; said twice, it is kept once. */
    public void fact(String message) {
        if (!facts.contains(message)) {
            facts.add(message);
        }
    }

    public List<String> messages() {
        List<String> messages = new ArrayList<>(facts);
        for (Counter counter : counters) {
            if (counter.count > 0) {
                messages.add(String.format(Locale.ROOT, "%,d %s", counter.count, counter.message));
            }
        }
        return messages;
    }
}
