package dev.needzero.trace.log;

/** A field of a record, by the name that CSV and JSON Lines give it. */
enum Column {
    TIME("time"),
    THREAD("thread"),
    OP("op"),
    ID("id"),
    OLD("old"),
    SIZE("size"),
    ALIGN("align"),
    TYPE("type"),
    TYPE_SIZE("typeSize"),
    POINTERS("pointers"),
    POINTER_BYTES("pointerBytes"),
    ZEROED("zeroed"),
    VALUE("value"),
    DETAIL("detail"),
    NAME("name");

    static final Column[] ALL = values();

    final String title;

    Column(String title) {
        this.title = title;
    }

    /** The column of that name, or null. */
    static Column byTitle(String title) {
        for (Column column : ALL) {
            if (column.title.equals(title)) {
                return column;
            }
        }
        return null;
    }
}
