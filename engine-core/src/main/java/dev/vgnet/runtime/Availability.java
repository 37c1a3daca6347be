package dev.vgnet.runtime;

/**
 * Whether a backend can be used.
 *
 * @param detail if available, what it found (such as the vector width); if not, the reason and the
 *     remedy
 */
public record Availability(boolean available, String detail) {}
