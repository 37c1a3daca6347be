/**
 * The Vector API backend.
 *
 * <p>{@link dev.vgnet.cpu.vector.ProgramBuilder} turns the plan for one image size into a {@link
 * dev.vgnet.cpu.vector.Program}: a list of {@link dev.vgnet.cpu.vector.Pass passes} over one arena
 * of floats, which call the kernels of {@code dev.vgnet.cpu.kernel}. {@link
 * dev.vgnet.cpu.vector.Execution} leads a batch through a program, {@link
 * dev.vgnet.cpu.vector.Team} shares the work out, and {@link dev.vgnet.cpu.vector.VectorModel}
 * keeps programs, packed weights and workers together.
 *
 * <p>The arena starts with zeros, which stand for rows outside of a map. Then come the feature maps
 * where the memory plan wants them, {@code NHWC}, each pixel padded to whole vectors; then the room
 * that the passes of a step share, and the scratch of each worker. What the padding holds is
 * undefined.
 */
package dev.vgnet.cpu.vector;
