package dev.needzero.runtime;

import dev.needzero.heap.HeapLayout;
import dev.needzero.heap.SizeClasses;
import dev.needzero.units.ByteSize;
import dev.needzero.units.Units;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A Go version, real or made up: a value for every {@link Behaviour}.
 *
 * <p>{@code of("1.24")} is what that version does; {@link #with} changes one thing.
 */
public final class Behaviours {
    public static final int OLDEST_MINOR = 21;
    public static final int NEWEST_MINOR = 27;

    private final String version;
    private final EnumMap<Behaviour, String> values;
    private final Map<String, String> settings;
    private final SizeClasses sizeClasses;

    private Behaviours(
            String version, EnumMap<Behaviour, String> values, Map<String, String> settings, SizeClasses sizeClasses) {
        this.version = version;
        this.values = values;
        this.settings = settings;
        this.sizeClasses = sizeClasses;
    }

    /**
     * What a version does.
     *
     * @param version {@code 1.24}, {@code go1.24}, {@code 1.24.0} or any patch release; where patches of one version
     *     differ, the version's bare name stands for the last of them
     * @throws IllegalArgumentException for a version that is not known, naming those that are
     */
    public static Behaviours of(String version) {
        String bare = version.startsWith("go") ? version.substring(2) : version;
        String[] parts = bare.split("\\.", -1);
        int minor = -1;
        int patch = Integer.MAX_VALUE;
        try {
            if ((parts.length == 2 || parts.length == 3) && parts[0].equals("1")) {
                minor = Integer.parseInt(parts[1]);
                if (parts.length == 3) {
                    patch = Integer.parseUnsignedInt(parts[2]);
                }
            }
        } catch (NumberFormatException e) {
            minor = -1;
        }
        if (minor < OLDEST_MINOR || minor > NEWEST_MINOR) {
            throw new IllegalArgumentException("Go version \"" + version + "\" is not known; known are 1."
                    + OLDEST_MINOR + " … 1." + NEWEST_MINOR);
        }
        EnumMap<Behaviour, String> values = new EnumMap<>(Behaviour.class);
        for (Behaviour b : Behaviour.values()) {
            values.put(b, b.valueIn(minor, patch));
        }
        return new Behaviours(bare, values, Map.of(), SizeClasses.GO);
    }

    /** The names of all known versions, oldest first. */
    public static List<String> versions() {
        List<String> all = new ArrayList<>();
        for (int minor = OLDEST_MINOR; minor <= NEWEST_MINOR; minor++) {
            all.add("1." + minor);
        }
        return all;
    }

    /**
     * The same with one behaviour changed.
     *
     * @throws IllegalArgumentException when there is no such behaviour or it cannot have that value
     */
    public Behaviours with(String key, String value) {
        for (Behaviour b : Behaviour.values()) {
            if (b.key().equals(key)) {
                return with(b, value);
            }
        }
        List<String> keys = new ArrayList<>();
        for (Behaviour b : Behaviour.values()) {
            keys.add(b.key());
        }
        throw new IllegalArgumentException(
                "behaviour \"" + key + "\" is not known; known are " + String.join(", ", keys));
    }

    /** The same with one behaviour changed. */
    public Behaviours with(Behaviour behaviour, String value) {
        String set = value;
        if (behaviour.isSize()) {
            long bytes = ByteSize.parse(value);
            checkSize(behaviour, bytes);
            set = Long.toString(bytes);
        } else if (!behaviour.accepts(value)) {
            throw new IllegalArgumentException(
                    behaviour.key() + " cannot be \"" + value + "\"; expected one of " + behaviour.accepted());
        }
        EnumMap<Behaviour, String> changed = new EnumMap<>(values);
        changed.put(behaviour, set);
        Map<String, String> named = new TreeMap<>(settings);
        named.put(behaviour.key(), set);
        return new Behaviours(
                version, changed, named, behaviour == Behaviour.SIZE_CLASSES ? SizeClasses.GO : sizeClasses);
    }

    /**
     * The same with another size-class table.
     *
     * @param name what to call it
     */
    public Behaviours withSizeClasses(String name, SizeClasses table) {
        EnumMap<Behaviour, String> changed = new EnumMap<>(values);
        changed.put(Behaviour.SIZE_CLASSES, name);
        Map<String, String> named = new TreeMap<>(settings);
        named.put(Behaviour.SIZE_CLASSES.key(), name);
        return new Behaviours(version, changed, named, table);
    }

    private static void checkSize(Behaviour behaviour, long bytes) {
        boolean ok = switch (behaviour) {
            case TINY_BLOCK -> bytes == 0 || bytes == 8 || bytes == 16 || bytes == 32;
            case HEADER_LIMIT -> bytes >= 8 && bytes <= 512 && bytes % 8 == 0;
            case SMALL_LIMIT -> bytes >= 1024 && bytes <= 32768;
            case ARENA_GROWTH -> bytes >= 1L << Units.CHUNK_SHIFT && bytes <= 1L << 30 && Long.bitCount(bytes) == 1;
            default -> true;
        };
        if (!ok) {
            throw new IllegalArgumentException(behaviour.key() + " cannot be " + bytes + " bytes: "
                    + switch (behaviour) {
                        case TINY_BLOCK -> "expected 0, 8, 16 or 32";
                        case HEADER_LIMIT -> "expected a multiple of 8 from 8 to 512";
                        case SMALL_LIMIT -> "expected 1KiB to 32KiB";
                        default -> "expected a power of two from 4MiB to 1GiB";
                    });
        }
    }

    /** The same with one behaviour as it is in another version, whatever it was made of there. */
    public Behaviours with(Behaviour behaviour, Behaviours other) {
        return behaviour == Behaviour.SIZE_CLASSES
                ? withSizeClasses(other.value(behaviour), other.sizeClasses)
                : with(behaviour, other.value(behaviour));
    }

    /** The version's name without "go". */
    public String version() {
        return version;
    }

    /** What was changed from the version, by name. */
    public Map<String, String> settings() {
        return settings;
    }

    public String value(Behaviour behaviour) {
        return values.get(behaviour);
    }

    boolean is(Behaviour behaviour) {
        return Boolean.parseBoolean(values.get(behaviour));
    }

    private int size(Behaviour behaviour) {
        return Integer.parseInt(values.get(behaviour));
    }

    /**
     * The heap's shape under this version.
     *
     * @param baseChunk where the heap begins, see {@link HeapLayout}
     * @param basePaddingPages likewise
     */
    public HeapLayout layout(int baseChunk, int basePaddingPages) {
        boolean headers = is(Behaviour.MALLOC_HEADERS);
        return new HeapLayout(
                sizeClasses,
                headers,
                is(Behaviour.INLINE_MARK_BITS),
                size(Behaviour.HEADER_LIMIT),
                headers ? Math.min(size(Behaviour.SMALL_LIMIT), 32760) : size(Behaviour.SMALL_LIMIT),
                size(Behaviour.TINY_BLOCK),
                size(Behaviour.PAGE_CACHE),
                (int) (Long.parseLong(values.get(Behaviour.ARENA_GROWTH)) >> Units.PAGE_SHIFT),
                switch (values.get(Behaviour.ZERO_TRACKING)) {
                    case "per-page" -> HeapLayout.ZeroTracking.PER_PAGE;
                    case "none" -> HeapLayout.ZeroTracking.NONE;
                    default -> HeapLayout.ZeroTracking.HIGH_WATER;
                },
                is(Behaviour.SCAVENGED_IS_ZERO),
                baseChunk,
                basePaddingPages);
    }

    @Override
    public String toString() {
        return settings.isEmpty() ? version : version + " " + settings;
    }
}
