package dev.vgnet.cuda.program;

/**
 * How a map is cut for kernels that take some channels of some pixels of one image in each block: a
 * thread takes one channel of every n-th pixel of a slice.
 *
 * @param perImage the slices of an image: a column of blocks for each
 * @param pixels of a slice
 * @param groups of channels: a row of blocks for each
 * @param groupChannels of a group
 */
record Slices(int perImage, int pixels, int groups, int groupChannels) {
  /** So many channels side by side are read at once; with more, too few threads are left. */
  private static final int MOST_GROUP_CHANNELS = 64;

  /** What a thread takes, so that it has something to do after its block has found the means. */
  private static final int THREAD_PIXELS = 16;

  static Slices of(View map) {
    int groups = Math.ceilDiv(map.channels(), MOST_GROUP_CHANNELS);
    int groupChannels = Math.ceilDiv(map.channels(), groups);
    long most = (long) Launches.THREADS / groupChannels * THREAD_PIXELS;
    int perImage = Math.toIntExact(Math.ceilDiv(map.pixelsPerImage(), most));
    int pixels = (int) Math.ceilDiv(map.pixelsPerImage(), (long) perImage);
    return new Slices(perImage, pixels, groups, groupChannels);
  }
}
