package dev.needzero.heap;

/**
 * The one place where the heap asks upward: in Go the allocator sweeps before it takes a span and gives memory back after
 * it grew. The mechanism for both is here in the heap; when and how much is the collector's to say.
 */
public interface HeapPolicy {
    /**
     * A span of objects is about to be looked for: pay for it by sweeping.
     *
     * <p>Go: {@code runtime/mgcsweep.go}, {@code deductSweepCredit}.
     *
     * @param spanBytes size of the span wanted
     * @param callerPages pages that the caller will sweep or take without owing for them
     */
    void deductSweepCredit(long spanBytes, int callerPages);

    /**
     * Pages are about to be taken from the heap for objects while spans still await sweeping: free as many first.
     *
     * <p>Go: {@code runtime/mheap.go}, {@code mheap.reclaim}.
     */
    void reclaim(int npages);

    /**
     * Pages were chosen for a span but are not in use yet: keep the heap within its limits by giving others back.
     *
     * <p>Go: {@code runtime/mheap.go}, {@code allocSpan}, after HaveSpan.
     *
     * @param grownBytes bytes that the heap was just extended by, 0 if it was not
     * @param scavengedBytes bytes of the span that are now coming back from the system
     */
    void beforeUse(long grownBytes, long scavengedBytes);

    /** No collector, no limit. */
    HeapPolicy NONE = new HeapPolicy() {
        @Override
        public void deductSweepCredit(long spanBytes, int callerPages) {}

        @Override
        public void reclaim(int npages) {}

        @Override
        public void beforeUse(long grownBytes, long scavengedBytes) {}
    };
}
