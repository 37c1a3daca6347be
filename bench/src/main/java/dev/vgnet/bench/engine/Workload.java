package dev.vgnet.bench.engine;

import dev.vgnet.Model;
import dev.vgnet.Session;
import dev.vgnet.SessionOptions;
import dev.vgnet.error.UnsupportedModelException;
import dev.vgnet.graph.Operator.Function;
import dev.vgnet.model.ModelFile;
import dev.vgnet.model.ModelFiles;
import dev.vgnet.runtime.Device;
import dev.vgnet.runtime.Precision;
import dev.vgnet.tensor.Shape;
import dev.vgnet.torch.StateDict;
import dev.vgnet.zoo.ArchitectureInfo;
import dev.vgnet.zoo.ImportOptions;
import dev.vgnet.zoo.Zoo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * What an engine is given to do: a network and images, the same numbers in every process.
 *
 * @param shape {@code [N, 3, H, W]}
 * @param images as many numbers, in [-1, 1)
 */
public record Workload(Model model, Shape shape, float[] images) {
  private static final String SILU = "+silu";

  /**
   * A network of random weights (arithmetic takes the same time whatever the numbers are), for
   * images of the size that it is made for.
   *
   * @param name as the zoo lists it; {@code +silu} behind it replaces the activations
   */
  public static Workload random(String name, int batch) {
    String architecture = architecture(name);
    StateDict weights = Zoo.randomStateDict(architecture, 1);
    Optional<Function> activation =
        name.endsWith(SILU) ? Optional.of(Function.SILU) : Optional.empty();
    ImportOptions options =
        new ImportOptions(
            Optional.of(architecture), activation, Optional.empty(), Optional.empty());
    Model model = Model.of(Zoo.importStateDict(weights, "random", "", options).file());
    int size = model.metadata().preprocessing().crop();
    Shape shape = Shape.of(batch, model.graph().inputChannels(), size, size);
    return new Workload(model, shape, images(shape));
  }

  /** As many numbers as a shape has, in [-1, 1). */
  public static float[] images(Shape shape) {
    float[] images = new float[Math.toIntExact(shape.elementCount())];
    Random random = new Random(2);
    for (int i = 0; i < images.length; i++) {
      images[i] = random.nextFloat() * 2 - 1;
    }
    return images;
  }

  /**
   * What the zoo knows of a network, without building it.
   *
   * @throws UnsupportedModelException if it has none of that name
   */
  public static ArchitectureInfo info(String name) {
    String architecture = architecture(name);
    return Optional.ofNullable(Catalogue.BY_NAME.get(architecture))
        .orElseThrow(
            () ->
                new UnsupportedModelException(
                    "no network is called %s; see vgnet list".formatted(name)));
  }

  /** Made when it is first asked for: it counts every network, which a measurement needs not. */
  private static final class Catalogue {
    static final Map<String, ArchitectureInfo> BY_NAME =
        Zoo.architectures().stream()
            .collect(Collectors.toUnmodifiableMap(ArchitectureInfo::name, info -> info));
  }

  private static String architecture(String name) {
    return name.endsWith(SILU) ? name.substring(0, name.length() - SILU.length()) : name;
  }

  /** A session on the Vector backend, by name: a fallback must not be measured by mistake. */
  public Session newSession(int threads) {
    return model.newSession(SessionOptions.builder().backend("vector").threads(threads).build());
  }

  /** A session on a device that is there, or an exception. */
  public Session newSession(Device device, Precision precision) {
    return model.newSession(SessionOptions.builder().device(device).precision(precision).build());
  }

  /** Writes the network as a weight file. */
  public void write(Path path) throws IOException {
    ModelFiles.write(path, new ModelFile(model.graph(), model.tensors(), model.metadata()));
  }
}
