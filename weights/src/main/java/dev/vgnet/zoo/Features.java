package dev.vgnet.zoo;

/**
 * A value of a network that is being built.
 *
 * @param name of the node that computes it
 * @param channels of each image's feature map, or numbers of its vector
 */
public record Features(String name, int channels) {}
