package dev.needzero.workload;

import dev.needzero.heap.SizeClasses;
import dev.needzero.trace.TypeTable;
import dev.needzero.trace.TypeTable.Pointers;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A program with the live heap of a heap profile: as many objects of each size as it holds in use, allocated in random
 * order. Where more events are asked for, objects are then replaced, each place in the program as often as it allocated.
 *
 * <p>A profile does not say whether objects hold pointers. It follows for those of 8 bytes, which share a 16-byte block
 * unless they do, and for what is allocated by functions that only ever make bytes; the rest is unknown. Objects above 512
 * bytes are asked for 8 bytes short of their slot, so that they fall into the profile's size class with a malloc header or
 * without.
 */
final class PprofWorkload extends Workload {
    private static final int HEADERLESS_BYTES = 512;
    private static final int HEADER_BYTES = 8;
    private static final int OBJECTS_PER_STEP = 256;
    private static final int MOST_OBJECTS = 1 << 28;

    /** What these allocate is bytes. */
    private static final Set<String> BYTE_MAKERS = Set.of(
            "bytes.growSlice",
            "bytes.(*Buffer).grow",
            "bytes.Clone",
            "strings.(*Builder).grow",
            "strings.(*Builder).Grow",
            "strings.(*Builder).WriteString",
            "strings.(*Builder).WriteByte",
            "strings.(*Builder).WriteRune",
            "strings.Clone",
            "strings.Repeat",
            "internal/bytealg.MakeNoZero",
            "internal/stringslite.Clone",
            "io.ReadAll",
            "os.ReadFile",
            "bufio.NewReaderSize",
            "bufio.NewWriterSize",
            "strconv.FormatInt",
            "strconv.Itoa",
            "encoding/base64.(*Encoding).EncodeToString",
            "encoding/hex.EncodeToString");

    private final List<HeapProfile.Site> sites;
    private final int[] types;
    private final long[] requests;
    /** Objects in use of each site, and the id of its first. */
    private final int[] objects;

    private final int[] firstId;
    private final int[] made;
    private final Remaining remaining;
    private final AliasTable churn;
    private final boolean endless;
    private final int passingId;
    private boolean passing;
    private boolean built;

    PprofWorkload(Arguments arguments) throws IOException {
        super(arguments);
        String path = arguments.text("profile");
        if (path.isEmpty()) {
            throw new IllegalArgumentException("like: profile=PATH names the heap profile to be like");
        }
        sites = HeapProfile.read(path).sites();
        if (sites.isEmpty()) {
            throw new IllegalArgumentException(path + ": the profile holds no samples");
        }
        int n = sites.size();
        types = new int[n];
        requests = new long[n];
        objects = new int[n];
        firstId = new int[n];
        made = new int[n];
        double[] allocations = new double[n];
        Map<Long, Double> leftOver = new HashMap<>();
        double scale = arguments.number("scale");
        for (int i = 0; i < n; i++) {
            HeapProfile.Site site = sites.get(i);
            Pointers pointers = pointers(site);
            types[i] = program.types.add(new TypeTable.Type(site.function(), site.bytes(), 0, pointers, true));
            requests[i] = request(site.bytes());
            // Whole objects, with what rounding leaves over handed on to the next site of the same size.
            double exact = scale * site.inUseBytes() / site.bytes() + leftOver.getOrDefault(site.bytes(), 0.0);
            objects[i] = objects(Math.max(0, Math.round(exact)), path);
            leftOver.put(site.bytes(), exact - objects[i]);
            firstId[i] = program.reserveIds(objects[i]);
            allocations[i] = Math.max(site.allocObjects(), site.inUseObjects());
        }
        passingId = program.reserveIds(1);
        remaining = new Remaining(objects);
        churn = new AliasTable(allocations);
        endless = arguments.count("events") > 0;
        notes();
    }

    private static int objects(long n, String path) {
        if (n > MOST_OBJECTS) {
            throw new IllegalArgumentException(
                    path + ": " + n + " objects of one site are more than can be made (at most " + MOST_OBJECTS
                            + "); a smaller scale may do");
        }
        return (int) n;
    }

    private void notes() {
        long known = 0;
        long all = 0;
        for (HeapProfile.Site site : sites) {
            all += site.inUseBytes();
            known += pointers(site) == Pointers.UNKNOWN ? 0 : site.inUseBytes();
        }
        note(String.format(
                Locale.ROOT,
                "a heap profile does not say which objects hold pointers: known for %.0f%% of the bytes in use",
                all == 0 ? 100.0 : 100.0 * known / all));
    }

    private static Pointers pointers(HeapProfile.Site site) {
        if (site.bytes() == GoType.WORD_BYTES) {
            return Pointers.YES;
        }
        return BYTE_MAKERS.contains(site.function()) ? Pointers.NO : Pointers.UNKNOWN;
    }

    private static long request(long slotBytes) {
        boolean slot = slotBytes > HEADERLESS_BYTES
                && slotBytes <= SizeClasses.GO.maxBytes()
                && SizeClasses.GO.classOfSlot((int) slotBytes) > 0;
        return slot ? slotBytes - HEADER_BYTES : slotBytes;
    }

    @Override
    protected void begin() {}

    @Override
    protected boolean step() {
        for (int i = 0; i < OBJECTS_PER_STEP && !remaining.isEmpty(); i++) {
            int site = remaining.draw(rng);
            program.allocReserved(firstId[site] + made[site]++, requests[site], types[site]);
        }
        if (!remaining.isEmpty()) {
            return true;
        }
        if (!built) {
            built = true;
            program.checkpoint("live");
            return endless;
        }
        int site = churn.draw(rng);
        if (objects[site] > 0) {
            int id = firstId[site] + rng.below(objects[site]);
            program.freeReserved(id);
            program.allocReserved(id, requests[site], types[site]);
        } else {
            if (passing) {
                program.freeReserved(passingId);
            }
            passing = true;
            program.allocReserved(passingId, requests[site], types[site]);
        }
        return true;
    }

    /** How many objects of each site are yet to be made; draws one of them, each as likely as any other. */
    private static final class Remaining {
        /** A Fenwick tree: node i (from 1) holds the sum of the lowest-set-bit(i) counts that end at i. */
        private final long[] tree;

        private final int highestBit;
        private long total;

        Remaining(int[] counts) {
            tree = new long[counts.length + 1];
            highestBit = Integer.highestOneBit(counts.length);
            for (int i = 1; i <= counts.length; i++) {
                tree[i] += counts[i - 1];
                total += counts[i - 1];
                int parent = i + (i & -i);
                if (parent <= counts.length) {
                    tree[parent] += tree[i];
                }
            }
        }

        boolean isEmpty() {
            return total == 0;
        }

        int draw(Rng rng) {
            long rank = rng.below(total--);
            int at = 0;
            for (int bit = highestBit; bit > 0; bit >>= 1) {
                int next = at + bit;
                if (next < tree.length && tree[next] <= rank) {
                    rank -= tree[next];
                    at = next;
                }
            }
            for (int i = at + 1; i < tree.length; i += i & -i) {
                tree[i]--;
            }
            return at;
        }
    }
}
