package dev.needzero.workload;

/**
 * Something that can be said about a workload.
 *
 * @param name as in {@code name=value}
 * @param kind what its values look like
 * @param defaultValue what holds when it is not said
 * @param meaning one line for people
 */
public record Parameter(String name, Kind kind, String defaultValue, String meaning) {
    /** What a value looks like. */
    public enum Kind {
        COUNT("a whole number, as in 64 or 1e7"),
        SIZE("bytes, as in 64KiB"),
        SHARE("a share, as in 2% or 0.02"),
        NUMBER("a number, as in 1.2"),
        DURATION("a duration, as in 20ms"),
        TEXT("text");

        private final String looks;

        Kind(String looks) {
            this.looks = looks;
        }

        /** For messages and lists. */
        public String looks() {
            return looks;
        }
    }

    static Parameter count(String name, String defaultValue, String meaning) {
        return new Parameter(name, Kind.COUNT, defaultValue, meaning);
    }

    static Parameter size(String name, String defaultValue, String meaning) {
        return new Parameter(name, Kind.SIZE, defaultValue, meaning);
    }

    static Parameter share(String name, String defaultValue, String meaning) {
        return new Parameter(name, Kind.SHARE, defaultValue, meaning);
    }

    static Parameter number(String name, String defaultValue, String meaning) {
        return new Parameter(name, Kind.NUMBER, defaultValue, meaning);
    }

    static Parameter duration(String name, String defaultValue, String meaning) {
        return new Parameter(name, Kind.DURATION, defaultValue, meaning);
    }

    static Parameter text(String name, String defaultValue, String meaning) {
        return new Parameter(name, Kind.TEXT, defaultValue, meaning);
    }
}
