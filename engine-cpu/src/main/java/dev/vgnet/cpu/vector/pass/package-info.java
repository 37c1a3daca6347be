/**
 * What steps are made of: {@link dev.vgnet.cpu.vector.pass.Pass passes} over feature maps in one
 * arena, which call the kernels of {@code dev.vgnet.cpu.kernel}.
 *
 * <p>The arena starts with zeros, which stand for rows outside of a map. Then come the feature maps
 * where the memory plan wants them, {@code NHWC}, each pixel padded to whole vectors; then the room
 * that the passes of a step share, and the scratch of each worker. What the padding holds is
 * undefined.
 *
 * <p>A plan's {@code Epilogue} is what a network does after a sum. Here it is a {@link
 * dev.vgnet.cpu.vector.pass.Finish}: for kernels an {@code EpilogueSpec}, which is code, and its
 * {@code EpilogueParameters}, which are numbers.
 */
package dev.vgnet.cpu.vector.pass;
