/**
 * Kernels against the JDK Vector API: short loops over feature maps that lie in one {@code float[]}
 * arena.
 *
 * <p>A feature map is stored pixel by pixel, row by row; the distance between two pixels, its pixel
 * stride, is the number of channels rounded up to whole vectors. What lies in the channels added by
 * rounding is undefined: kernels may read and overwrite it, and never let it reach a real channel.
 * All offsets and strides count floats.
 *
 * <p>The inner loops of convolutions are generated as bytecode, one hidden class a shape, so that
 * sums stay in registers and every size is a constant. Kernels are immutable and safe for any
 * thread; those that write into the same part of the arena must not run at the same time. They
 * check nothing but the bounds of arrays: whoever calls them has planned the memory.
 *
 * <p>No class of this package may be loaded where the module {@code jdk.incubator.vector} is
 * absent.
 */
package dev.vgnet.cpu.kernel;
