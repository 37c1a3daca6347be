package dev.vgnet.cuda.program;

/** A square window that slides over a map. */
record Window(int kernel, int stride, int padding) {
  /** One pixel after the other. */
  static final Window PIXEL = new Window(1, 1, 0);
}
