/** Traces of the malloc lab of Computer Systems: A Programmer's Perspective ({@code .rep}). */
package dev.needzero.trace.malloclab;
