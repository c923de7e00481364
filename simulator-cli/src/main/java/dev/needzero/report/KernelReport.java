package dev.needzero.report;

import dev.needzero.experiment.kernel.KernelCheck;
import dev.needzero.experiment.kernel.PageReader;
import dev.needzero.os.OsSettings;
import dev.needzero.units.ByteSize;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToLongFunction;

/** What {@code verify-kernel} says: model and kernel side by side. */
public final class KernelReport {
    private final String trace;
    private final KernelCheck check;
    private final OsSettings settings;
    private final String kernel;

    /**
     * @param kernel the kernel's name and release
     */
    public KernelReport(String trace, KernelCheck check, OsSettings settings, String kernel) {
        this.trace = trace;
        this.check = check;
        this.settings = settings;
        this.kernel = kernel;
    }

    public void print(PrintWriter out) {
        out.print(trace + ": the model and " + kernel + ", page by page\n\n");
        boolean huge = any(PageReader.Usage::hugeBytes);
        boolean lazy = any(PageReader.Usage::lazyFreeBytes);
        Table table = new Table();
        List<String> head = new ArrayList<>(List.of("checkpoint", "pages", "agree", "resident", "kernel", "zero page"));
        head.addAll(List.of("kernel", "RSS", "kernel"));
        if (huge) {
            head.addAll(List.of("huge", "kernel"));
        }
        if (lazy) {
            head.addAll(List.of("lazily free", "kernel"));
        }
        table.row(head.toArray(String[]::new));
        for (KernelCheck.Row r : check.rows()) {
            List<String> row = new ArrayList<>(List.of(
                    r.name(),
                    count(r.pages()),
                    r.agreeingPages() == r.pages() ? "all" : count(r.agreeingPages()),
                    count(r.modelResidentPages()),
                    count(r.kernelResidentPages()),
                    count(r.modelZeroPages()),
                    count(r.kernelZeroPages()),
                    ByteSize.format(r.model().rssBytes()),
                    ByteSize.format(r.kernel().rssBytes())));
            if (huge) {
                row.addAll(sizes(r.model().hugeBytes(), r.kernel().hugeBytes()));
            }
            if (lazy) {
                row.addAll(sizes(r.model().lazyFreeBytes(), r.kernel().lazyFreeBytes()));
            }
            table.row(row.toArray(String[]::new));
        }
        table.print(out);
        for (KernelCheck.Row r : check.rows()) {
            if (!r.differences().isEmpty()) {
                out.print("\nfirst pages that differ at " + r.name() + "\n");
                Table differing = new Table();
                differing.row("  page", "model", "kernel");
                for (KernelCheck.Difference d : r.differences()) {
                    differing.row(
                            "  " + d.osPage(), d.model().toString(), d.kernel().toString());
                }
                differing.print(out);
                break;
            }
        }
        out.print("\n" + verdict() + "\n");
        if (check.refusedCollapses() > 0) {
            out.print("Note: the kernel refused " + check.refusedCollapses() + " collapse(s) into a huge page.\n");
        }
        if (settings.thp() != OsSettings.Thp.NEVER && check.foreignCollapses() > 0) {
            out.print("Note: the machine's own khugepaged made " + check.foreignCollapses()
                    + " huge page(s) meanwhile, here or in other processes.\n");
        }
    }

    /** The end in two sentences, for those who asked for more than this. */
    public String summary() {
        KernelCheck.Row end = check.rows().get(check.rows().size() - 1);
        return kernel + " at the end: " + ByteSize.format(end.kernel().rssBytes()) + " resident, "
                + ByteSize.format(end.kernel().hugeBytes()) + " of it in huge pages; "
                + (end.agreeingPages() == end.pages()
                        ? "all " + count(end.pages())
                        : count(end.agreeingPages()) + " of " + count(end.pages()))
                + " pages are as the model has them. " + verdict() + ".";
    }

    private boolean any(ToLongFunction<PageReader.Usage> bytes) {
        return check.rows().stream()
                .anyMatch(r -> bytes.applyAsLong(r.model()) > 0 || bytes.applyAsLong(r.kernel()) > 0);
    }

    private static List<String> sizes(long model, long kernel) {
        return List.of(ByteSize.format(model), ByteSize.format(kernel));
    }

    private static String count(long n) {
        return String.format(Locale.ROOT, "%,d", n);
    }

    private String verdict() {
        boolean agrees = check.agrees(settings.thp());
        if (settings.thp() == OsSettings.Thp.ALWAYS) {
            return agrees
                    ? "model and kernel agree on resident memory within 1 % at every checkpoint"
                    : "model and kernel part by more than 1 % of resident memory";
        }
        return agrees
                ? "model and kernel agree on every page at every checkpoint"
                : "model and kernel do not agree on every page";
    }

    /** The same for programs. */
    public Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("trace", trace);
        json.put("go", check.replay().runtime().behaviours().version());
        json.put("settings", check.replay().runtime().behaviours().settings());
        json.put("kernel", kernel);
        json.put("thp", settings.thp().name().toLowerCase(Locale.ROOT));
        json.put("osPageBytes", 1 << settings.osPageShift());
        json.put("agrees", check.agrees(settings.thp()));
        json.put("refusedCollapses", check.refusedCollapses());
        List<Object> checkpoints = new ArrayList<>();
        for (KernelCheck.Row r : check.rows()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("name", r.name());
            one.put("event", r.event());
            one.put("pages", r.pages());
            one.put("agreeingPages", r.agreeingPages());
            one.put("modelResidentPages", r.modelResidentPages());
            one.put("kernelResidentPages", r.kernelResidentPages());
            one.put("modelZeroPages", r.modelZeroPages());
            one.put("kernelZeroPages", r.kernelZeroPages());
            one.put("model", usage(r.model()));
            one.put("kernel", usage(r.kernel()));
            List<Object> differences = new ArrayList<>();
            for (KernelCheck.Difference d : r.differences()) {
                Map<String, Object> difference = new LinkedHashMap<>();
                difference.put("page", d.osPage());
                difference.put("model", d.model().toString());
                difference.put("kernel", d.kernel().toString());
                differences.add(difference);
            }
            one.put("firstDifferences", differences);
            checkpoints.add(one);
        }
        json.put("checkpoints", checkpoints);
        return json;
    }

    private static Map<String, Object> usage(PageReader.Usage usage) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("rssBytes", usage.rssBytes());
        json.put("hugeBytes", usage.hugeBytes());
        json.put("lazyFreeBytes", usage.lazyFreeBytes());
        return json;
    }
}
