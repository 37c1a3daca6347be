package dev.vgnet.zoo;

import java.util.function.IntUnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The rules by which networks of another width come from a table. */
public final class Widths {
  private static final Pattern FRACTION = Pattern.compile("w(\\d+)(?:d(\\d+))?");

  private Widths() {}

  /**
   * The multiple of {@code divisor} that is nearest to a width, but no more than a tenth below it
   * (TensorFlow's rule, which the MobileNets have in common).
   */
  public static int divisible(double width, int divisor) {
    int nearest = Math.max(divisor, (int) (width + divisor / 2.0) / divisor * divisor);
    return nearest < 0.9 * width ? nearest + divisor : nearest;
  }

  /**
   * The widths of BSConv's models: rounded down.
   *
   * @param size such as {@code w3d4} for three quarters
   */
  static IntUnaryOperator scaled(String size) {
    Matcher matcher = FRACTION.matcher(size);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("no size " + size);
    }
    int numerator = Integer.parseInt(matcher.group(1));
    int denominator = matcher.group(2) == null ? 1 : Integer.parseInt(matcher.group(2));
    return width -> width * numerator / denominator;
  }
}
