package dev.vgnet.image;

/** The softmax function. */
final class Softmax {
  private Softmax() {}

  /**
   * Probabilities that sum to 1. The largest logit is subtracted from all first, so that no
   * exponential overflows.
   *
   * @param logits at least one
   */
  static float[] of(float[] logits) {
    float largest = logits[0];
    for (float logit : logits) {
      largest = Math.max(largest, logit);
    }
    double[] exponentials = new double[logits.length];
    double sum = 0;
    for (int i = 0; i < logits.length; i++) {
      exponentials[i] = Math.exp((double) logits[i] - largest);
      sum += exponentials[i];
    }
    float[] probabilities = new float[logits.length];
    for (int i = 0; i < logits.length; i++) {
      probabilities[i] = (float) (exponentials[i] / sum);
    }
    return probabilities;
  }
}
