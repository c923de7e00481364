package dev.needzero.os;

/** Does to one address space what another one is told. */
class EchoedCalls implements KernelCalls {
    private final AddressSpace echo;

    EchoedCalls(AddressSpace echo) {
        this.echo = echo;
    }

    @Override
    public void reserve(long address, long bytes) {
        echo.reserve(address, bytes);
    }

    @Override
    public void map(long address, long bytes) {
        echo.map(address, bytes);
    }

    @Override
    public void write(long address, long bytes) {
        echo.write(address, bytes, Cause.PROGRAM);
    }

    @Override
    public void read(long address, long bytes) {
        echo.read(address, bytes);
    }

    @Override
    public void dontNeed(long address, long bytes) {
        echo.dontNeed(address, bytes);
    }

    @Override
    public void free(long address, long bytes) {
        echo.free(address, bytes);
    }

    @Override
    public void advise(long address, long bytes, boolean huge) {
        if (huge) {
            echo.adviseHugePage(address, bytes);
        } else {
            echo.adviseNoHugePage(address, bytes);
        }
    }

    @Override
    public void collapse(long address, long bytes) {
        echo.collapse(address, bytes);
    }
}
