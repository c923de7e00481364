package dev.needzero.workload;

/** Reads the weights of a mixture. */
final class Weights {
    private Weights() {}

    static double parse(String parameter, String entry, String weight) {
        try {
            double value = Double.parseDouble(weight);
            if (value >= 0 && value <= 1e15) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw wrong(parameter, entry, weight, e);
        }
        throw wrong(parameter, entry, weight, null);
    }

    private static IllegalArgumentException wrong(String parameter, String entry, String weight, Exception cause) {
        return new IllegalArgumentException(
                parameter + ": \"" + entry + "\": weight \"" + weight + "\" is not a number from 0 up", cause);
    }
}
