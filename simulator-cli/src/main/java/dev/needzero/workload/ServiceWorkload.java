package dev.needzero.workload;

import java.util.Arrays;

/**
 * The service of the incident: half of its heap is channel buffers of structs with pointers, mostly empty; a fifth is a
 * map of records; the rest is small. Channels come and go.
 *
 * <p>A round adds keys to the map (past its full size, the oldest go), sends to every channel and receives down to the
 * fill level, replaces a few channels, and renews some of the small objects.
 */
final class ServiceWorkload extends Workload {
    private static final int STRING_HEADER_BYTES = 16;
    private static final int KEY_NUMBERS = 1 << 30;
    private static final int MIN_VALUE_BYTES = 16;
    private static final int VALUE_BYTES_SPREAD = 64;
    private static final int MESSAGE_BYTES = 32;
    /** One channel in this many is replaced each round. */
    private static final int REPLACED_SHARE = 16;
    /** One small object in this many is renewed each round. */
    private static final int RENEWED_SHARE = 32;

    private static final int CHECKPOINTS = 8;
    private static final int KEYS_PER_STEP = 64;
    private static final int IDS_PER_KEY = 3;

    private final Channels channels;
    private final int buffer;
    private final int rounds;
    private final int fullKeys;
    private final int keysPerRound;
    private final int sendsPerRound;
    private final int level;
    private final SizeMix smallSizes = SizeMix.parse("48:30,64:20,96-512:45,1024-4096:5");
    private final long smallBytes;
    private final boolean endless;

    private final int rawType;
    private final int stringType;
    private final int bytesType;
    private final int smallType;

    private final long[] channel;
    /** Messages sent to each channel since it was made. */
    private final long[] sent;
    /** Ids of the values in each channel: a ring. */
    private final int[][] queued;

    private final int[] queuedFrom;
    private final int[] queuedCount;

    private GoMap map;
    /** Ids of each key's string, its header and the record's value, by key number modulo the map's full size. */
    private final int[] keyIds;

    private long keysPut;
    private int[] small = new int[1024];
    private int smallCount;
    private long smallHeld;

    /** Where the round is: keys, then channels, then the rest. */
    private int round;

    private int keysThisRound;
    private int channelsThisRound;

    ServiceWorkload(Arguments arguments) {
        super(arguments);
        channels = new Channels(program, go, GoType.RECORD);
        int n = arguments.positive("channels");
        buffer = arguments.positive("buffer");
        rounds = arguments.positive("rounds");
        fullKeys = arguments.positive("keys", 1 << 28);
        keysPerRound = fullKeys / rounds;
        level = (int) (buffer * arguments.share("fill"));
        sendsPerRound = level / 2;
        smallBytes = arguments.bytes("small");
        endless = arguments.count("events") > 0;
        rawType = program.type(GoType.RAW);
        stringType = program.type(GoType.STRING);
        bytesType = program.type(GoType.UINT8);
        smallType = program.type(new GoType("*main.session", 8, 8, 8));
        channel = new long[n];
        sent = new long[n];
        queued = new int[n][level + sendsPerRound];
        queuedFrom = new int[n];
        queuedCount = new int[n];
        keyIds = new int[fullKeys * IDS_PER_KEY];
        note("what the program wrote to its channels is in the trace: touch rule main.record=none counts it alone");
    }

    @Override
    protected void begin() {
        for (int i = 0; i < channel.length; i++) {
            channel[i] = channels.make(buffer);
        }
        map = GoMap.make(program, go, rng, GoType.STRING, GoType.RECORD, 0);
        program.checkpoint("channels-made");
    }

    @Override
    protected boolean step() {
        if (smallHeld < smallBytes) {
            for (int i = 0; i < KEYS_PER_STEP && smallHeld < smallBytes; i++) {
                makeSmall();
            }
        } else if (keysThisRound < keysPerRound) {
            for (int i = 0; i < KEYS_PER_STEP && keysThisRound < keysPerRound; i++, keysThisRound++) {
                putKey();
            }
        } else if (channelsThisRound < channel.length) {
            program.on(channelsThisRound % procs);
            use(channelsThisRound++);
        } else {
            return endRound();
        }
        return true;
    }

    private void makeSmall() {
        long bytes = smallSizes.draw(rng) + GoType.WORD_BYTES - 1 & -GoType.WORD_BYTES;
        if (smallCount == small.length) {
            small = Arrays.copyOf(small, 2 * smallCount);
        }
        small[smallCount++] = program.alloc(bytes, smallType);
        smallHeld += bytes;
    }

    private void putKey() {
        int at = (int) (keysPut % fullKeys) * IDS_PER_KEY;
        if (keysPut >= fullKeys) {
            map.remove(keysPut - fullKeys);
            for (int i = at; i < at + IDS_PER_KEY; i++) {
                program.free(keyIds[i]);
            }
        }
        int digits = Integer.toString(rng.below(KEY_NUMBERS)).length();
        int number = program.alloc(digits, rawType);
        keyIds[at] = program.alloc("key-".length() + digits, rawType);
        program.free(number);
        keyIds[at + 1] = program.alloc(STRING_HEADER_BYTES, stringType);
        keyIds[at + 2] = program.alloc(MIN_VALUE_BYTES + rng.below(VALUE_BYTES_SPREAD), bytesType);
        map.put(keysPut++);
    }

    private void use(int at) {
        int[] ring = queued[at];
        for (int i = 0; i < sendsPerRound; i++) {
            ring[(queuedFrom[at] + queuedCount[at]++) % ring.length] = program.alloc(MESSAGE_BYTES, bytesType);
        }
        if (sent[at] < buffer) { // after that the whole ring has been written
            sent[at] = Math.min(buffer, sent[at] + sendsPerRound);
            channels.filled(channel[at], sent[at]);
        }
        while (queuedCount[at] > level) {
            receive(at);
        }
    }

    private void receive(int at) {
        program.free(queued[at][queuedFrom[at]]);
        queuedFrom[at] = (queuedFrom[at] + 1) % queued[at].length;
        queuedCount[at]--;
    }

    private boolean endRound() {
        for (int k = 0; k < channel.length / REPLACED_SHARE; k++) {
            int at = rng.below(channel.length);
            while (queuedCount[at] > 0) {
                receive(at);
            }
            channels.drop(channel[at]);
            channel[at] = channels.make(buffer);
            sent[at] = 0;
        }
        for (int k = 0; k < smallCount / RENEWED_SHARE; k++) {
            int at = rng.below(smallCount);
            long bytes = smallSizes.draw(rng) + GoType.WORD_BYTES - 1 & -GoType.WORD_BYTES;
            program.free(small[at]);
            small[at] = program.alloc(bytes, smallType);
        }
        if (round % Math.max(1, rounds / CHECKPOINTS) == 0) {
            program.checkpoint("round");
        }
        keysThisRound = 0;
        channelsThisRound = 0;
        round++;
        if (round == rounds) {
            program.checkpoint("end");
        }
        return endless || round < rounds;
    }
}
