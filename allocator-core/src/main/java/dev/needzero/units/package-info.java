/** Bytes and pages, and the only place that shifts by a page size. */
package dev.needzero.units;
