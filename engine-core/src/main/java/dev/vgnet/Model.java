package dev.vgnet;

import dev.vgnet.graph.Graph;
import dev.vgnet.model.Metadata;
import dev.vgnet.model.ModelFile;
import dev.vgnet.model.ModelFiles;
import dev.vgnet.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * A network with its weights: loaded and checked once, immutable, shared by any number of sessions
 * and threads. The weights stay in the mapped file until a session needs them; those of a file
 * inside an archive, which cannot be mapped, are in memory.
 */
public final class Model {
  private final ModelFile file;

  private Model(ModelFile file) {
    this.file = file;
  }

  /**
   * Opens a weight file. The file must not be changed while the model is in use; files that this
   * engine writes are replaced as a whole, never changed.
   *
   * @throws dev.vgnet.error.ModelFormatException if it is no valid weight file
   * @throws IOException if it cannot be read
   */
  public static Model load(Path path) throws IOException {
    return new Model(ModelFiles.read(path));
  }

  /** A model of parts that are already in memory. */
  public static Model of(ModelFile file) {
    return new Model(file);
  }

  /** What the network computes. */
  public Graph graph() {
    return file.graph();
  }

  /** The weights by name, with the names of the checkpoint. */
  public Map<String, Tensor> tensors() {
    return file.tensors();
  }

  /** Labels, preprocessing and origin. */
  public Metadata metadata() {
    return file.metadata();
  }

  /**
   * Prepares the network for one device.
   *
   * @throws dev.vgnet.error.DeviceUnavailableException if the device or backend that the options
   *     name cannot be used here
   * @throws dev.vgnet.error.UnsupportedModelException if the backend sees at once that it cannot
   *     run the network; others see so at the first run, report or warm-up, which throws it then
   */
  public Session newSession(SessionOptions options) {
    return Session.open(this, options);
  }
}
