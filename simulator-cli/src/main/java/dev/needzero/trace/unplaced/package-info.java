/**
 * What every reader of a malloc-like trace needs: dense ids for whatever names the trace gives its objects, dense thread
 * numbers, realloc and aligned requests told as a Go program would have made them, and a count of everything assumed on
 * the way.
 *
 * <p>A reader of a family derives from {@link dev.needzero.trace.unplaced.UnplacedReader} (records) or from
 * {@link dev.needzero.trace.unplaced.TextReader} (lines) and only says what one record means.
 */
package dev.needzero.trace.unplaced;
