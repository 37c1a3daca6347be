package dev.vgnet.cuda.program;

/**
 * A depthwise convolution of some parts of a product's input, done as they are read.
 *
 * @param input those parts
 * @param firstPart the index of the first of them among all parts; the others follow it
 * @param firstChannel of the first of them among all channels
 * @param weight {@code [kernel * kernel][channels]}
 */
record DeviceFilter(
    View input,
    int firstPart,
    int firstChannel,
    long weight,
    Window window,
    DeviceEpilogue epilogue) {}
