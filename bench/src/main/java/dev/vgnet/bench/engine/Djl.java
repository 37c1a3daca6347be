package dev.vgnet.bench.engine;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * A network in PyTorch through DJL, as frozen TorchScript. Its images are a tensor of PyTorch's
 * from the start; the logits are copied to an array in every run.
 */
public final class Djl implements Engine {
  private static final String ENGINE = "PyTorch";
  private static final String NATIVES = "native/lib/pytorch.properties";

  private final Model model;
  private final NDManager manager;
  private final NDList images;
  private final ParameterStore parameters;
  private float[] logits;

  private Djl(Model model, Workload workload) {
    this.model = model;
    manager = model.getNDManager().newSubManager();
    long[] shape = Arrays.stream(workload.shape().toArray()).asLongStream().toArray();
    images = new NDList(manager.create(workload.images(), new Shape(shape)));
    parameters = new ParameterStore(manager, false);
  }

  /** Why it cannot be used here, if so. */
  public static Optional<String> obstacle() throws IOException, InterruptedException {
    return ClassLoader.getSystemResource(NATIVES) == null
        ? Optional.of("PyTorch for Java is not on the class path: mvn -Pdjl fetches it")
        : TorchScript.obstacle();
  }

  /** What is used. */
  public static Map<String, String> versions() throws IOException {
    Properties natives = new Properties();
    try (InputStream stream = ClassLoader.getSystemResourceAsStream(NATIVES)) {
      natives.load(stream);
    }
    return Map.of(
        "djl", ai.djl.engine.Engine.getDjlVersion(), "pytorch", natives.getProperty("version"));
  }

  /** Loads the network; the number of threads is that of the whole process, set once. */
  static Djl open(Workload workload, int threads) throws IOException, InterruptedException {
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
    System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(threads));
    System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
    Path folder = Files.createTempDirectory("vgnet");
    Path script = folder.resolve("model.pt");
    try {
      TorchScript.write(workload, script);
      Model model = Model.newInstance("model", ENGINE);
      model.load(folder);
      return new Djl(model, workload);
    } catch (MalformedModelException e) {
      throw new IOException(e);
    } finally {
      Files.deleteIfExists(script);
      Files.delete(folder);
    }
  }

  @Override
  public void run() {
    try (NDList outputs = model.getBlock().forward(parameters, images, false)) {
      NDArray output = outputs.singletonOrThrow();
      logits = output.toFloatArray();
    }
  }

  @Override
  public float[] logits() {
    return logits.clone();
  }

  @Override
  public void close() {
    manager.close();
    model.close();
  }
}
