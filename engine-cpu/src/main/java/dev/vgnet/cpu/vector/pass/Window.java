package dev.vgnet.cpu.vector.pass;

/** A square window that slides over a map with zeros around it. */
public record Window(int kernel, int stride, int padding) {
  /** The input row of an output row's window; negative or beyond the last where it is outside. */
  int row(int outRow, int inWindow) {
    return outRow * stride - padding + inWindow;
  }

  /** The input rows that consecutive output rows need together. */
  int rows(int outRows) {
    return (outRows - 1) * stride + kernel;
  }
}
