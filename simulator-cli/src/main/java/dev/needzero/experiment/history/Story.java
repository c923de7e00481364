package dev.needzero.experiment.history;

import java.util.List;

/**
 * Something that happened to the resident memory of Go programs.
 *
 * @param name short, for the command line
 * @param title what happened
 * @param versions which versions it happened in, and which ended it
 * @param issues numbers on github.com/golang/go; the first is where it is told best
 * @param cause why
 */
public record Story(String name, String title, String versions, List<Integer> issues, String cause, List<Row> rows) {}
