package dev.vgnet.image;

import dev.vgnet.Session;
import dev.vgnet.error.UnsupportedModelException;
import dev.vgnet.tensor.Shape;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Names what pictures show. Uses a session, which stays the caller's to close; safe for any thread,
 * as that is.
 */
public final class ImageClassifier {
  private final Session session;
  private final Preprocessor preprocessor;
  private final List<String> labels;
  private final int classes;

  /**
   * @param session of a model whose output is one logit a class
   * @throws UnsupportedModelException if the model's output is not that, or its input is not
   *     pictures of three channels
   */
  public ImageClassifier(Session session) {
    this.session = session;
    if (session.model().graph().inputChannels() != 3) {
      throw new UnsupportedModelException(
          "pictures have 3 channels, the model's input has "
              + session.model().graph().inputChannels());
    }
    this.preprocessor = new Preprocessor(session.model().metadata().preprocessing());
    Shape output = session.outputShape(preprocessor.shape(1));
    if (output.rank() != 2) {
      throw new UnsupportedModelException(
          "a classifier's output is [N, classes], the model's is " + output);
    }
    this.classes = output.extent(1);
    this.labels = labels(session.model().metadata().labels(), classes);
  }

  private static List<String> labels(List<String> known, int classes) {
    return known.isEmpty()
        ? IntStream.range(0, classes).mapToObj(i -> "class " + i).toList()
        : known;
  }

  /**
   * The most probable classes of a picture, the best first; of equals the one of lower index.
   *
   * @param image of any type, taken as {@link ImageFiles} takes it
   * @param k how many, at least 1; all classes if there are fewer
   * @throws UnsupportedModelException if the network computes what is no number, such as with
   *     damaged weights
   * @throws IllegalArgumentException if {@code k} is not positive
   * @throws IllegalStateException if the session is closed
   */
  public List<Prediction> classify(BufferedImage image, int k) {
    return classify(List.of(image), k).getFirst();
  }

  /**
   * The most probable classes of each picture, computed as one batch.
   *
   * @param images of any type and size, taken as {@link ImageFiles} takes them
   * @param k how many, at least 1; all classes if there are fewer
   * @return a list for each picture, as {@link #classify(BufferedImage, int)} returns it
   * @throws UnsupportedModelException if the network computes what is no number, such as with
   *     damaged weights
   * @throws IllegalArgumentException if {@code k} is not positive, or the pictures are more than an
   *     array has room for once they are preprocessed
   * @throws IllegalStateException if the session is closed
   */
  public List<List<Prediction>> classify(List<BufferedImage> images, int k) {
    if (k < 1) {
      throw new IllegalArgumentException("k must be at least 1, found " + k);
    }
    if (images.isEmpty()) {
      return List.of();
    }
    float[] logits = session.run(preprocessor.apply(images)).toFloatArray();
    return IntStream.range(0, images.size())
        .mapToObj(i -> best(Arrays.copyOfRange(logits, i * classes, (i + 1) * classes), k))
        .toList();
  }

  private List<Prediction> best(float[] logits, int k) {
    requireNumbers(logits);
    float[] probabilities = Softmax.of(logits);
    return IntStream.range(0, classes)
        .boxed()
        .sorted(Comparator.comparing((Integer i) -> logits[i]).reversed())
        .limit(k)
        .map(i -> new Prediction(i, labels.get(i), probabilities[i]))
        .toList();
  }

  /** Of minus infinity a probability can be made, and networks may mask classes by it. */
  private void requireNumbers(float[] logits) {
    boolean possible = false;
    for (int i = 0; i < classes; i++) {
      if (Float.isNaN(logits[i]) || logits[i] == Float.POSITIVE_INFINITY) {
        throw notNumbers("%s for class %d".formatted(logits[i], i));
      }
      possible |= Float.isFinite(logits[i]);
    }
    if (!possible) {
      throw notNumbers("-Infinity for every class");
    }
  }

  private static UnsupportedModelException notNumbers(String found) {
    return new UnsupportedModelException(
        "the network computes %s: its weights are damaged, or too large for the arithmetic"
            .formatted(found));
  }
}
