package dev.vgnet.cpu.vector;

/** What a worker works on, and its room for things nobody else sees. For one thread. */
final class Workspace {
  /** The feature maps of one image. */
  float[] arena;

  /** Where in the arena this worker's scratch starts. */
  int scratch;

  /** Where in the arena the rows start that this worker keeps of maps that are never whole. */
  int rows;

  /** Where the inputs of a kernel start. */
  int[] offsets = new int[0];

  /** The caller's images. */
  float[] images;

  /** The first number of the image in work. */
  int imageOffset;

  /** The caller's outputs, and which image of them is in work. */
  float[][] outputs;

  int image;
}
