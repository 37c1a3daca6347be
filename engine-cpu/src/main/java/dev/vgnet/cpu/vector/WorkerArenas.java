package dev.vgnet.cpu.vector;

import dev.vgnet.cpu.kernel.AlignedArrays;
import java.util.Arrays;

/** The arenas of all workers, each as many as the images of its group. Kept from run to run. */
final class WorkerArenas {
  private static final float[] NONE = {};

  private final int workers;

  /** The first one of each worker, then the second one of each, and so on. */
  private final float[][] arenas;

  /** The program whose zeros stand at the start of an arena. */
  private final Program[] zeroed;

  WorkerArenas(int workers, int each) {
    this.workers = workers;
    arenas = new float[workers * each][];
    Arrays.fill(arenas, NONE);
    zeroed = new Program[arenas.length];
  }

  /** A worker's arena for one of its images. */
  float[] get(int worker, int image) {
    return arenas[worker + image * workers];
  }

  /** Makes the arenas ready in which each worker computes images by itself. */
  void prepare(Program program, int each) {
    for (int i = 0; i < each * workers; i++) {
      prepare(i, program, program.arenaLength(1));
    }
  }

  /** Makes the arena ready in which all workers share an image, the first worker's first. */
  void prepareShared(Program program) {
    prepare(0, program, program.arenaLength(workers));
  }

  private void prepare(int index, Program program, int length) {
    if (arenas[index].length < length) {
      zeroed[index] = null;
      arenas[index] = NONE; // so that the old one need not fit in the heap beside the new one
      arenas[index] = AlignedArrays.allocate(length);
    }
    if (zeroed[index] != program) {
      Arrays.fill(arenas[index], 0, program.placement().zeros(), 0);
      zeroed[index] = program;
    }
  }

  /** Frees them, and the programs with the weights that they hold. */
  void clear() {
    Arrays.fill(arenas, NONE);
    Arrays.fill(zeroed, null);
  }
}
