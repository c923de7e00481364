/**
 * What a person or a program reads of an experiment; computes nothing of its own.
 *
 * <p>Text and the stable JSON: a class a command, over {@link dev.needzero.report.Table}. Pictures: the charts, written by
 * {@link dev.needzero.report.ChartFile}. The HTML report: {@code PageMapRecorder} photographs a twin's pages while it runs,
 * {@code ReportBuilder} gathers {@code ReportData}, {@code HtmlReport} puts it into one file with the markup, style and
 * script that lie beside it as resources. Files for other tools: {@code PprofProfile}, {@code OpenMetrics},
 * {@code TraceEvents}, {@code TimeLineCsv}. Each file goes to its final name only when it is whole
 * ({@link dev.needzero.report.TargetFile}).
 */
package dev.needzero.report;
