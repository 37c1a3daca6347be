package dev.vgnet.runtime;

import dev.vgnet.graph.Graph;
import dev.vgnet.tensor.Tensor;
import java.util.Map;

/**
 * A way to run graphs on one device, found by {@link java.util.ServiceLoader}. Implementations are
 * stateless and safe for any thread, and never fail while they are constructed or probed.
 */
public interface Backend {
  /** A short name that users may ask for, such as {@code "vector"}. */
  String name();

  /** The device it runs on; never {@link Device#AUTO}. */
  Device device();

  /** Rank among the backends that are available; the highest is taken. */
  int priority();

  /** Whether a run uses more than one thread if it is given some. */
  default boolean usesThreads() {
    return false;
  }

  /** Whether it can be used here, and if not, why. */
  Availability probe();

  /**
   * Prepares a graph for this device, as far as that needs no size of images: starts threads, say.
   * The rest, such as packing weights, may come with the first run, report or preparation of a
   * size.
   *
   * @param tensors every tensor the graph names, of the shapes it needs
   * @throws dev.vgnet.error.UnsupportedModelException if this backend sees already now that it
   *     cannot run the graph; what it sees with a size only is thrown by those calls
   * @throws dev.vgnet.error.DeviceUnavailableException if {@link #probe} says so
   */
  CompiledModel compile(Graph graph, Map<String, Tensor> tensors, CompileOptions options);
}
