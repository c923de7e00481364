package dev.needzero.trace.nzt;

import dev.needzero.trace.BadInputException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What is wrong with a file: an error that names the place or, where damaged blocks are to be left out, a warning. */
final class DamageLog {
    private static final int MAX_NAMED = 1000;
    private static final String ADVICE = " (to read the rest: --skip-damaged)";

    private final String fileName;
    private final boolean skipDamaged;
    private final List<String> damages = new ArrayList<>();
    private long lostEvents;

    DamageLog(String fileName, boolean skipDamaged) {
        this.fileName = fileName;
        this.skipDamaged = skipDamaged;
    }

    boolean skipsDamaged() {
        return skipDamaged;
    }

    boolean isEmpty() {
        return damages.isEmpty();
    }

    /** Something that is no block is not what it should be. */
    void damaged(long offset, String problem) throws IOException {
        String where = "byte " + offset;
        if (!skipDamaged) {
            throw unread(where, problem);
        }
        if (damages.size() < MAX_NAMED) {
            damages.add(where + ": " + problem + "; left out");
        }
    }

    /** A block cannot be read, and what it held is lost. */
    void damaged(long offset, Block block, String problem) throws IOException {
        damaged(offset, block.describe() + ": " + problem);
        if (block.kind() == Block.EVENTS) {
            lostEvents += block.events();
        }
    }

    /** What a reader that leaves nothing out says. */
    BadInputException unread(String where, String problem) {
        return new BadInputException(fileName + ": " + where, problem + ADVICE);
    }

    /** Events that stood in blocks of which nothing is left. */
    void lost(long events) {
        lostEvents += events;
    }

    /** Nothing is left out, but a user should know. */
    void note(String text) {
        damages.add(text);
    }

    /** All of it, for people. */
    List<String> warnings() {
        List<String> warnings = new ArrayList<>(damages);
        if (lostEvents > 0) {
            warnings.add(lostEvents + " events were in damaged blocks and are lost");
        }
        return warnings;
    }

    static String problem(Exception e) {
        return e instanceof DamagedBlockException ? e.getMessage() : "it does not add up (" + e.getMessage() + ")";
    }
}
