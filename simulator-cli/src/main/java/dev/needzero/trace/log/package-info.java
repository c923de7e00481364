/**
 * CSV and JSON Lines: for people who log allocations themselves, and to look into any trace with a text tool.
 *
 * <p>One record an event. CSV begins with a row of column names, in any order; JSON Lines has one object a line with the
 * same names. Only {@code op} must be there, the rest as the operation needs it:
 * <pre>
 * time          nanoseconds, counted from anywhere
 * thread        any whole number; threads become Ps in the order in which they come
 * op            see below
 * id            what names the object: any whole number or 0x…, its address for instance
 * old           realloc: the object that moves (the same as id if left out)
 * size          bytes
 * align         bytes, for an object that must lie at a multiple of so many
 * type          a name
 * typeSize      bytes of one value of the type
 * pointers      yes, no or unknown (unknown if left out)
 * pointerBytes  length of the prefix that holds pointers
 * zeroed        true or false: whether the memory must be zero (true if left out, as in Go; C's malloc is false)
 * value, detail whole numbers; name: a text
 * </pre>
 * Operations of a log written by hand: {@code alloc} (id, size, …), {@code free} (id), {@code realloc} (id, old, size),
 * {@code write} (id, size: the object's first bytes were written), {@code rss} (size: resident bytes seen then),
 * {@code gc} and {@code free-os-memory} (the program asked for them), {@code checkpoint} (value: its number, name).
 *
 * <pre>
 * time,thread,op,id,size,type,pointers
 * 0,1,alloc,0xc000100000,65536,[]byte,no
 * 1200,1,free,0xc000100000,,,
 *
 * {"time": 0, "thread": 1, "op": "alloc", "id": 1, "size": 65536, "type": "[]byte", "pointers": "no"}
 * </pre>
 *
 * What {@code convert} writes begins with a head (a comment in CSV, a first object in JSON Lines): what the trace says of
 * itself. Then threads and times are taken as they are, ids of a Go trace are addresses, and all of
 * {@link dev.needzero.trace.log.LogOp}'s operations may come. It ends with the trace's warnings and a count of events,
 * which tells a file that was cut.
 */
package dev.needzero.trace.log;
