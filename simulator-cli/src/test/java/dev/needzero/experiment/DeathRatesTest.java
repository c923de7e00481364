package dev.needzero.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** Shares counted from mark to mark, against a population in which each object dies with a known chance. */
class DeathRatesTest {
    private static final int KIND = 12;

    @Test
    void ratesAreTheChancesThatTheObjectsDieWith() {
        Random random = new Random(1);
        DeathRates rates = new DeathRates();
        int old = 0;
        int young = 0;
        for (int mark = 0; mark < 4; mark++) {
            int foundYoung = deaths(random, young, 0.6, rates, true);
            int foundOld = deaths(random, old, 0.1, rates, false);
            old += young - foundYoung - foundOld;
            young = 20_000;
            for (int i = 0; i < young; i++) {
                rates.born(KIND);
            }
            rates.markBegins();
        }
        assertEquals(0.6, rates.rate(KIND, true), 0.02);
        assertEquals(0.1, rates.rate(KIND, false), 0.02);
        assertEquals(0, rates.rate(KIND + 1, true));
    }

    private static int deaths(Random random, int alive, double chance, DeathRates rates, boolean young) {
        int dead = 0;
        for (int i = 0; i < alive; i++) {
            if (random.nextDouble() < chance) {
                rates.found(KIND, young);
                dead++;
            }
        }
        return dead;
    }

    @Test
    void whatASweepHasFoundAlreadyIsNotFoundAgain() {
        DeathRates rates = new DeathRates();
        for (int i = 0; i < 100; i++) {
            rates.born(KIND);
        }
        rates.markBegins();
        for (int i = 0; i < 20; i++) {
            rates.found(KIND, true);
        }
        // 60 of 100 are dead, 20 are gone: 40 of the 80 left.
        assertEquals(0.5, rates.notYetFound(KIND, true, 0.6), 1e-9);
        assertEquals(0, rates.notYetFound(KIND, true, 0.1));
    }

    @Test
    void aChoiceFallsAsOftenAsItsChanceAndIsAlwaysTheSame() {
        int fallen = 0;
        for (int object = 1; object <= 100_000; object++) {
            fallen += DeathRates.falls(object, 3, 0.3) ? 1 : 0;
            assertEquals(DeathRates.falls(object, 3, 0.3), DeathRates.falls(object, 3, 0.3));
        }
        assertEquals(0.3, fallen / 1e5, 0.01);
        assertFalse(DeathRates.falls(7, 2, 0));
        assertTrue(DeathRates.falls(7, 2, 1));
    }
}
