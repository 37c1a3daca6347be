package dev.vgnet.image;

/**
 * What a network says about a picture.
 *
 * @param index of the class, from 0
 * @param label the class's name
 * @param probability from 0 to 1, as the softmax over all classes gives it
 */
public record Prediction(int index, String label, float probability) {
  /**
   * @throws IllegalArgumentException if {@code probability} is none
   */
  public Prediction {
    if (!(probability >= 0 && probability <= 1)) {
      throw new IllegalArgumentException("no probability: " + probability);
    }
  }
}
