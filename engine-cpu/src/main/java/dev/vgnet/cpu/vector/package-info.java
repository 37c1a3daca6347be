/**
 * The Vector API backend.
 *
 * <p>{@link dev.vgnet.cpu.vector.VectorModel} keeps programs, packed weights and workers together.
 * {@link dev.vgnet.cpu.vector.ProgramBuilder} turns the plan for one image size into a {@link
 * dev.vgnet.cpu.vector.Program}, with the help of {@code compiler}: a list of passes (see {@code
 * pass}) over one arena of floats. {@link dev.vgnet.cpu.vector.Execution} leads a batch through a
 * program, and {@link dev.vgnet.cpu.vector.Team} shares the work out.
 */
package dev.vgnet.cpu.vector;
