package dev.vgnet.zoo;

/** The rule by which networks of another width come from a table. */
public final class Widths {
  private Widths() {}

  /**
   * The multiple of {@code divisor} that is nearest to a width, but no more than a tenth below it
   * (TensorFlow's rule, which the MobileNets have in common).
   */
  public static int divisible(double width, int divisor) {
    int nearest = Math.max(divisor, (int) (width + divisor / 2.0) / divisor * divisor);
    return nearest < 0.9 * width ? nearest + divisor : nearest;
  }
}
