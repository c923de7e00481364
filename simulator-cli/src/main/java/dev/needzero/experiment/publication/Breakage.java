package dev.needzero.experiment.publication;

/** A way to spoil a protocol, to see what the spoiled part was for. */
public enum Breakage {
    NONE("none", "the protocol as it is"),
    FIRST_BARRIER("first-barrier", "without the publicationBarrier before freeIndexForScan"),
    LAST_BARRIER("last-barrier", "without the publicationBarrier before mallocgc returns"),
    ATOMIC_TYPE("atomic-type", "largeType stored and loaded plainly, as before 1.25"),
    CLEAR_LAST("clear-last", "the memory cleared only after the type is set and the pointer returned");

    private final String id;
    private final String description;

    Breakage(String id, String description) {
        this.id = id;
        this.description = description;
    }

    public String id() {
        return id;
    }

    public String description() {
        return description;
    }
}
