package dev.vgnet.zoo;

/**
 * A value of a network that is being built.
 *
 * @param name of the node that computes it
 */
record Features(String name, int channels) {}
