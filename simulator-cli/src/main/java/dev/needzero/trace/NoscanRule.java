package dev.needzero.trace;

import dev.needzero.trace.TypeTable.Pointers;
import dev.needzero.units.ByteSize;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Says which objects of a trace without a pointer map hold no pointers, in a few words: {@code all}, {@code none}, a
 * type's name (a trailing {@code *} stands for any ending), {@code >=BYTES} or {@code <BYTES}. An object that any of them
 * fits is pointer-free; the others stay unknown. Objects whose type says what they hold are not touched.
 */
public final class NoscanRule {
    private final String text;
    private final boolean all;
    private final long atLeastBytes;
    private final long belowBytes;
    private final List<String> names;

    private NoscanRule(String text, boolean all, long atLeastBytes, long belowBytes, List<String> names) {
        this.text = text;
        this.all = all;
        this.atLeastBytes = atLeastBytes;
        this.belowBytes = belowBytes;
        this.names = names;
    }

    /** Reads a rule, as in {@code "char* >=64KiB"}; throws IllegalArgumentException with what is wrong. */
    public static NoscanRule parse(String text) {
        boolean all = false;
        long atLeast = Long.MAX_VALUE;
        long below = 0;
        List<String> names = new ArrayList<>();
        for (String word : text.strip().split("\\s+")) {
            if (word.isEmpty()) {
                throw new IllegalArgumentException(
                        "a noscan rule is empty, expected all, none, NAME, >=BYTES or <BYTES");
            } else if (word.equals("all")) {
                all = true;
            } else if (word.startsWith(">=")) {
                atLeast = Math.min(atLeast, ByteSize.parse(word.substring(2)));
            } else if (word.startsWith("<")) {
                below = Math.max(below, ByteSize.parse(word.substring(1)));
            } else if (!word.equals("none")) {
                names.add(word);
            }
        }
        return new NoscanRule(text.strip(), all, atLeast, below, names);
    }

    boolean fits(String typeName, long sizeBytes) {
        if (all || sizeBytes >= atLeastBytes || sizeBytes < belowBytes) {
            return true;
        }
        for (String name : names) {
            boolean fits = name.endsWith("*")
                    ? typeName.startsWith(name.substring(0, name.length() - 1))
                    : typeName.equals(name);
            if (fits) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String toString() {
        return text;
    }

    /** The trace with this rule applied as it is read. */
    public TraceReader apply(TraceReader source) {
        return new Applied(source);
    }

    private final class Applied extends ForwardingReader {
        private final TypeTable types = new TypeTable();
        /** By the source's index: the same type here, and its pointer-free twin; 0 where there is none yet. */
        private int[] same = new int[16];

        private int[] twin = new int[16];
        private int taken = 1;
        private long decided;

        Applied(TraceReader source) {
            super(source);
        }

        @Override
        public boolean next(EventBatch batch) throws IOException {
            boolean more = source.next(batch);
            takeTypes();
            for (int i = 0; i < batch.size; i++) {
                if (batch.kind[i] == Kind.ALLOC) {
                    batch.c[i] = type(batch.c[i], batch.b[i]);
                }
            }
            return more;
        }

        private void takeTypes() {
            TypeTable from = source.types();
            while (taken < from.size()) {
                if (taken >= same.length) {
                    same = Arrays.copyOf(same, taken * 2);
                    twin = Arrays.copyOf(twin, taken * 2);
                }
                same[taken] = types.add(from.get(taken));
                taken++;
            }
        }

        private int type(int index, long sizeBytes) {
            TypeTable.Type type = source.types().get(index);
            if (type.pointers() != Pointers.UNKNOWN || !fits(type.name(), sizeBytes)) {
                return same[index];
            }
            decided++;
            if (twin[index] == 0) {
                twin[index] =
                        types.add(new TypeTable.Type(type.name(), type.sizeBytes(), 0, Pointers.NO, type.zeroed()));
            }
            return twin[index];
        }

        @Override
        public TypeTable types() {
            return types;
        }

        @Override
        public List<String> warnings() {
            List<String> warnings = new ArrayList<>(source.warnings());
            warnings.add(String.format(
                    Locale.ROOT, "%,d objects taken for pointer-free by the rule --noscan '%s'", decided, text));
            return warnings;
        }
    }
}
