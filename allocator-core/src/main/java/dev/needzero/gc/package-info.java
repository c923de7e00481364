/**
 * When memory comes back: the order of sweeping, following a recorded collector, giving pages back to the system. The
 * mechanisms are the heap's; here it is decided when and how much.
 */
package dev.needzero.gc;
