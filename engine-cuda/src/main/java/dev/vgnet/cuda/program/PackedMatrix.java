package dev.vgnet.cuda.program;

/**
 * The weights of a product on the device, {@code [rows][stride]}: a row for each position in the
 * sum, in it the output channels.
 *
 * @param stride at least the output channels
 */
record PackedMatrix(long address, int stride) {}
