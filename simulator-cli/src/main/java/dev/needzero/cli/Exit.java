package dev.needzero.cli;

/** What the process's exit code says. */
final class Exit {
    static final int DONE = 0;
    static final int BUG = 1;
    static final int USAGE = 2;
    static final int BAD_INPUT = 3;
    static final int ANSWER_IS_NO = 4;

    private Exit() {}
}
