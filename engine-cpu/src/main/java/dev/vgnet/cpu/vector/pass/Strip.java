package dev.vgnet.cpu.vector.pass;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * Output rows of a convolution that are computed by one call of a kernel for each panel.
 *
 * @param first the first row
 */
public record Strip(int first, int rows, Product product) {
  /**
   * Cuts a map into as few strips as possible, all of nearly the same height.
   *
   * @param most rows of a strip
   * @param products by the rows of a strip
   */
  public static List<Strip> of(int height, int most, IntFunction<Product> products) {
    Map<Integer, Product> made = new HashMap<>();
    List<Strip> strips = new ArrayList<>();
    int first = 0;
    for (int left = Math.ceilDiv(height, most); left > 0; left--) {
      int rows = Math.ceilDiv(height - first, left);
      strips.add(new Strip(first, rows, made.computeIfAbsent(rows, products::apply)));
      first += rows;
    }
    return List.copyOf(strips);
  }

  /** The row after the last. */
  int end() {
    return first + rows;
  }
}
