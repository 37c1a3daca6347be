package dev.vgnet.plan;

/**
 * Room for one feature map of one image, written by one step (and by a squeeze-excite in place
 * after it). How it is laid out is the device's own matter.
 *
 * @param id its index in {@link Plan#buffers()}
 */
public record Buffer(int id, int channels, int height, int width) {}
