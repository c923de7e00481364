/** What a person or a program reads of an experiment: tables, JSON, charts. Computes nothing of its own. */
package dev.needzero.report;
