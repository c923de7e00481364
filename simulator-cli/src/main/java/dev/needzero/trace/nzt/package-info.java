/**
 * needzero's own trace format, {@code .nzt}: everything a {@link dev.needzero.trace.TraceReader} exposes, in blocks that
 * are checked and readable one by one.
 *
 * <p>All numbers are little-endian; {@code uv} is an unsigned LEB128 varint, {@code sv} the same of a zigzag number;
 * a text is {@code uv} its length in bytes, then UTF-8. Checksums are CRC32C.
 *
 * <h2>The file</h2>
 * <pre>
 *  0  8 bytes  89 'N' 'Z' 'T' 0D 0A 1A 0A
 *  8  u16      version, 1
 * 10  u16      0
 * 12  u32      checksum of the 12 bytes before
 * 16  blocks: INFO, INFO again, then TYPES, STRINGS and EVENTS as they come, END, INDEX
 *     footer:  u64 offset of the INDEX block, u32 checksum of those 8 bytes, 0A 'N' 'Z' 'E' 'N' 'D' 0A 00
 * </pre>
 *
 * <h2>A block</h2>
 * <pre>
 *  0  4 bytes  'N' 'Z' 'B' A6
 *  4  u8       kind: 1 INFO, 2 TYPES, 3 STRINGS, 4 EVENTS, 5 END, 6 INDEX
 *  5  3 bytes  0
 *  8  u32      number of the block, from 0
 * 12  u32      bytes of the payload
 * 16  u64      events before this block
 * 24  u32      events in it (0 unless EVENTS)
 * 28  u32      checksum of the payload
 * 32  u32      checksum of the 32 bytes before
 * 36  payload
 * </pre>
 * A reader that lost its place looks for the next four bytes that begin a header with a right checksum.
 *
 * <h2>Payloads</h2>
 * <ul>
 *   <li>INFO: text format; u8 flags (1 placed, 2 exact frees, 4 a Go version follows); text Go version if so;
 *       uv heap base; sv first page's offset.
 *   <li>TYPES: uv index of the first, uv count, then per type: text name, sv size, sv pointer bytes, u8 pointers
 *       (0 no, 1 yes, 2 unknown) + 4 if zeroed. Index 0 is never listed.
 *   <li>STRINGS: uv count, then per string: uv index, text.
 *   <li>END: uv events, uv events decoded by the source's reader, uv count of warnings, that many texts.
 *   <li>INDEX: uv count, then per block before it: u8 kind, uv bytes since the block before, uv events, and for
 *       EVENTS sv earliest and sv latest time less the earliest (nanoseconds).
 *   <li>EVENTS: see below.
 * </ul>
 *
 * <h2>Events</h2>
 * At most 65,536 of them. Nothing refers to another EVENTS block; types and strings refer to the dictionaries.
 * <pre>
 * sv  time before the first event, ns      sv  earliest time    uv  latest time less the earliest
 * uv  types known by now                   uv  events decoded by the source's reader up to the block's end
 * uv  next fresh id (unplaced traces; see POP)
 * uv  pairs, then per pair: u8 lane, uv proc index          uv  procs, then uv each proc
 * section  runs: per run pu (length - 1) × p + pair, p the power of two from pairs on
 * u8  width of time symbols in bits: 0, 4 or 8; uv entries, sv each: the time differences
 * section  time symbols;  section  differences not in the table (ps)
 * uv  lanes, then per lane:
 *     u8 kind;  u8 base: 0 CHAIN, 1 POP, 2 RECENT;  u8 shift;  u8 columns: 1 has b, 2 has c;  uv contexts
 *     uv open entries;  uv entries
 *     section  entries: per entry [pu context] [ps step, closed entries only] [ps b] [ps c]
 *     section  symbols, one byte each (none if the table has one closed entry: all events are that one)
 *     section  explicit values
 * </pre>
 * A section is uv (stored bytes × 2 + 1 if packed), uv unpacked bytes if packed, and the bytes, raw or one zstd frame.
 * Within sections numbers are prefix varints: {@code n - 1} one bits at the low end of the first byte and a zero say that
 * {@code n} bytes hold the number, 7 bits each, above those; after eight one bits, 8 bytes follow. {@code pu} is unsigned,
 * {@code ps} zigzag. Unlike LEB128 they decode without a loop.
 *
 * <p>Events are grouped into <em>lanes</em>, one a kind. A run says how many events in turn belong to a lane and a proc.
 * A time symbol 0 takes the next explicit difference, {@code n} the n-th of the table; of two in a byte the lower half
 * comes first.
 *
 * <p>A lane's symbol {@code n} chooses entry {@code n - 1} of its table. An entry holds a context and the values of
 * {@code b} and {@code c}; column {@code a} is a base plus {@code step << shift}. A closed entry holds the step; an open
 * one takes it from the explicit values. Open entries come first. Symbol 0 takes all from there: context, step, b, c. The
 * context is left out where there is only one, b and c where the lane does not have them (what they hold is then not said:
 * the kind gives them no meaning, see {@link dev.needzero.trace.Columns}). The base is
 * <ul>
 *   <li>CHAIN: the last {@code a} of the same proc and context in this lane, 0 at first. For the objects of a Go trace the
 *       context stands for the span class: a P takes slots of a class one behind the other, so the step is nearly always
 *       that of the one before.
 *   <li>POP: the id freed last in this block and not taken since, else the next fresh id: what a dense numbering that
 *       recycles hands out. An id at or above the next fresh one makes the one after it the next.
 *   <li>RECENT: the id allocated last in this block, 0 at first. FREE events put their id on POP's stack.
 * </ul>
 */
package dev.needzero.trace.nzt;
