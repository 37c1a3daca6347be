package dev.vgnet.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class SoftmaxTest {
  @Test
  void givesProbabilities() {
    float[] logits = {(float) Math.log(1), (float) Math.log(2), (float) Math.log(5)};
    // A logit of float32 precision is off by half an ulp of 1.6, which scales a probability.
    assertArrayEquals(new float[] {0.125f, 0.25f, 0.625f}, Softmax.of(logits), 1e-7f);
  }

  @Test
  void makesPredictionsOfProbabilitiesOnly() {
    for (float p : new float[] {Float.NaN, -0.1f, 1.1f, Float.POSITIVE_INFINITY}) {
      assertThrows(IllegalArgumentException.class, () -> new Prediction(0, "cat", p));
    }
    assertEquals(1, new Prediction(0, "cat", 1).probability());
  }

  @Test
  void bearsLogitsWhoseExponentialsOverflow() {
    float[] logits = {-3e38f, 1e30f, 1e30f};
    assertArrayEquals(new float[] {0, 0.5f, 0.5f}, Softmax.of(logits));
  }
}
