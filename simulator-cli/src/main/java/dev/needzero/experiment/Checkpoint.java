package dev.needzero.experiment;

import java.util.SortedMap;

/**
 * What the twin held at one moment.
 *
 * @param number the recording's number of the checkpoint
 * @param name its name
 * @param event events replayed so far
 * @param timeNanos trace time
 * @param rssBytes resident memory of the heap
 * @param mappedBytes readable and writable memory of the heap
 * @param zeroMappedBytes memory that was only read
 * @param metrics runtime/metrics by name
 */
public record Checkpoint(
        long number,
        String name,
        long event,
        long timeNanos,
        long rssBytes,
        long mappedBytes,
        long zeroMappedBytes,
        SortedMap<String, Long> metrics) {}
