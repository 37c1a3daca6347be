package dev.vgnet.cuda.program;

/**
 * What is left of a map where it is to be averaged: float32 sums over slices of each image, {@code
 * [images][perImage][channels]}, which a kernel adds up in order.
 *
 * @param perImage the slices of an image
 * @param pixels of an image, which its sums hold together
 */
record SliceSums(long address, int perImage, long pixels, int channels) {}
