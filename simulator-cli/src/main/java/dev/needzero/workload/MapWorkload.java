package dev.needzero.workload;

/** One map, grown entry by entry and kept; then a collection. */
final class MapWorkload extends Workload {
    private static final int PUTS_PER_STEP = 64;
    /** strconv.Itoa has these ready and allocates nothing. */
    private static final int READY_MADE_NUMBERS = 100;

    private final long entries;
    private final long hint;
    private final GoType key;
    private final GoType elem;
    private final int rawType;

    private static final int MOST_HINTED = 1 << 26;

    private GoMap map;
    private long next;

    MapWorkload(Arguments arguments) {
        super(arguments);
        entries = arguments.positive("entries");
        hint = arguments.between("hint", 0, MOST_HINTED);
        key = arguments.type("key");
        elem = arguments.type("elem");
        rawType = program.type(GoType.RAW);
    }

    @Override
    protected void begin() {
        map = GoMap.make(program, go, rng, key, elem, hint);
        next = 0;
    }

    @Override
    protected boolean step() {
        for (int i = 0; i < PUTS_PER_STEP && next < entries; i++) {
            if (key.equals(GoType.STRING)) {
                nameKey(next);
            }
            map.put(next++);
        }
        if (next < entries) {
            return true;
        }
        program.checkpoint("grown");
        program.collect();
        program.checkpoint("collected");
        return false;
    }

    /** {@code "key-" + strconv.Itoa(n)}: the number's digits are garbage, the whole is the key. */
    private void nameKey(long n) {
        int digits = Long.toString(n).length();
        int number = n < READY_MADE_NUMBERS ? -1 : program.alloc(digits, rawType);
        program.alloc("key-".length() + digits, rawType);
        program.free(number);
    }
}
