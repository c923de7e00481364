package dev.needzero.workload;

import dev.needzero.units.ByteSize;

/**
 * Object sizes with weights: {@code 16:50,64:30,1KiB:20}. An entry is a size or a range ({@code 16-64:50}, any size in it
 * as likely as any other), then its weight; without one, all entries weigh the same.
 */
final class SizeMix {
    private final long[] low;
    private final long[] span;
    private final AliasTable table;

    private SizeMix(long[] low, long[] span, double[] weights) {
        this.low = low;
        this.span = span;
        table = new AliasTable(weights);
    }

    static SizeMix parse(String text) {
        String[] entries = text.split(",", -1);
        long[] low = new long[entries.length];
        long[] span = new long[entries.length];
        double[] weights = new double[entries.length];
        double sum = 0;
        for (int i = 0; i < entries.length; i++) {
            int colon = entries[i].indexOf(':');
            String size = colon < 0 ? entries[i] : entries[i].substring(0, colon);
            int dash = size.indexOf('-');
            low[i] = bytes(dash < 0 ? size : size.substring(0, dash), entries[i]);
            long high = dash < 0 ? low[i] : bytes(size.substring(dash + 1), entries[i]);
            if (high < low[i]) {
                throw new IllegalArgumentException("sizes: \"" + entries[i] + "\" runs backwards");
            }
            span[i] = high - low[i] + 1;
            weights[i] = colon < 0 ? 1 : Weights.parse("sizes", entries[i], entries[i].substring(colon + 1));
            sum += weights[i];
        }
        if (sum <= 0) {
            throw new IllegalArgumentException("sizes: the weights are all 0");
        }
        return new SizeMix(low, span, weights);
    }

    private static long bytes(String text, String entry) {
        try {
            long bytes = ByteSize.parse(text);
            if (bytes > 0) {
                return bytes;
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("sizes: \"" + entry + "\": " + e.getMessage(), e);
        }
        throw new IllegalArgumentException("sizes: \"" + entry + "\": an object has at least 1 byte");
    }

    long draw(Rng rng) {
        int i = table.draw(rng);
        return span[i] == 1 ? low[i] : low[i] + rng.below(span[i]);
    }
}
