package dev.needzero.heap;

import dev.needzero.os.AddressSpace;
import dev.needzero.units.Units;

/**
 * What the heap asks of the system's huge pages: nothing in most versions, for what the system does by itself serves most
 * programs better. A chunk is 4 MiB.
 *
 * <p>Go: {@code runtime/mgcscavenge.go}, {@code scavengeIndex.alloc} and {@code setNoHugePage}, go1.21;
 * {@code runtime/mem_linux.go}, {@code sysHugePageOS}; GODEBUG's {@code disablethp}: {@code sysMapOS}, go1.21.6.
 */
public interface HugePageCalls {
    /** The heap grew by this range. */
    void grown(long address, long bytes);

    /** The scavenger breaks into a chunk that Go took to be backed by huge pages. */
    void broken(int chunk);

    /** A broken chunk is nearly full again, by an allocation of this many pages of it. */
    void dense(int chunk, int npages);

    /** Nothing. */
    HugePageCalls NONE = new HugePageCalls() {
        @Override
        public void grown(long address, long bytes) {}

        @Override
        public void broken(int chunk) {}

        @Override
        public void dense(int chunk, int npages) {}
    };

    /** New memory wants huge pages, broken chunks do not until they fill up: 1.21.0. */
    static HugePageCalls advise(AddressSpace os) {
        return new HugePageCalls() {
            @Override
            public void grown(long address, long bytes) {
                os.adviseHugePage(address, bytes);
            }

            @Override
            public void broken(int chunk) {
                os.adviseNoHugePage((long) chunk << Units.CHUNK_SHIFT, 1L << Units.CHUNK_SHIFT);
            }

            @Override
            public void dense(int chunk, int npages) {
                os.adviseHugePage((long) chunk << Units.CHUNK_SHIFT, 1L << Units.CHUNK_SHIFT);
            }
        };
    }

    /** A chunk that fills up is collapsed at once, unless one allocation takes all of it: 1.21.1 to 1.21.3. */
    static HugePageCalls collapse(AddressSpace os) {
        return new HugePageCalls() {
            @Override
            public void grown(long address, long bytes) {}

            @Override
            public void broken(int chunk) {}

            @Override
            public void dense(int chunk, int npages) {
                if (npages < Units.PAGES_PER_CHUNK) {
                    os.collapse((long) chunk << Units.CHUNK_SHIFT, 1L << Units.CHUNK_SHIFT);
                }
            }
        };
    }

    /** All memory of the heap goes without huge pages, whatever else is asked for it. */
    static HugePageCalls disabled(AddressSpace os) {
        return new HugePageCalls() {
            @Override
            public void grown(long address, long bytes) {
                os.adviseNoHugePage(address, bytes);
            }

            @Override
            public void broken(int chunk) {}

            @Override
            public void dense(int chunk, int npages) {}
        };
    }
}
