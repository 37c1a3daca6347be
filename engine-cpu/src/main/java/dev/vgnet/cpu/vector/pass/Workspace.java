package dev.vgnet.cpu.vector.pass;

/** What a worker works on, and its room for things nobody else sees. For one thread. */
public final class Workspace {
  /** The feature maps of one image. */
  public float[] arena;

  /** Where in the arena this worker's scratch starts. */
  public int scratch;

  /** Where in the arena the rows start that this worker keeps of maps that are never whole. */
  public int rows;

  /**
   * Where the inputs of a kernel start, and how many there are, see {@link Product#firstOffset}.
   */
  public int[] offsets = new int[0];

  /** The caller's images. */
  public float[] images;

  /** The first number of the image in work. */
  public int imageOffset;

  /** The caller's outputs, and which image of them is in work. */
  public float[][] outputs;

  public int image;
}
