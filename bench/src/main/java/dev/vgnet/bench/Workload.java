package dev.vgnet.bench;

import dev.vgnet.Model;
import dev.vgnet.Session;
import dev.vgnet.SessionOptions;
import dev.vgnet.tensor.Shape;
import dev.vgnet.torch.StateDict;
import dev.vgnet.zoo.ImportOptions;
import dev.vgnet.zoo.Zoo;
import java.util.Random;

/**
 * What an engine is given to do: a network and images, the same numbers in every process.
 *
 * @param shape {@code [N, 3, H, W]}
 * @param images as many numbers, in [-1, 1)
 */
record Workload(Model model, Shape shape, float[] images) {
  /**
   * A network of random weights (arithmetic takes the same time whatever the numbers are), for
   * images of the size that it is made for.
   */
  static Workload random(String architecture, int batch) {
    StateDict weights = Zoo.randomStateDict(architecture, 1);
    Model model =
        Model.of(Zoo.importStateDict(weights, "random", "", ImportOptions.of(architecture)).file());
    int size = model.metadata().preprocessing().crop();
    Shape shape = Shape.of(batch, model.graph().inputChannels(), size, size);
    float[] images = new float[Math.toIntExact(shape.elementCount())];
    Random random = new Random(2);
    for (int i = 0; i < images.length; i++) {
      images[i] = random.nextFloat() * 2 - 1;
    }
    return new Workload(model, shape, images);
  }

  /** A session on the Vector backend, by name: a fallback must not be measured by mistake. */
  Session newSession(int threads) {
    return model.newSession(SessionOptions.builder().backend("vector").threads(threads).build());
  }
}
