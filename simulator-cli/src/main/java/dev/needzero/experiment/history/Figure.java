package dev.needzero.experiment.history;

import dev.needzero.experiment.Metric;

/** What is read off a twin when its program is over. */
public record Figure(Setup setup, Metric metric) {}
