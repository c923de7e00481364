/**
 * heaptrack's interpreted data. The only malloc trace that carries resident memory: its Rss samples become
 * {@link dev.needzero.trace.Kind#RSS_SAMPLE} events, to be drawn beside the twin's.
 */
package dev.needzero.trace.heaptrack;
