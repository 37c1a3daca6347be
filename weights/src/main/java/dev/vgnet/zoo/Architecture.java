package dev.vgnet.zoo;

import dev.vgnet.torch.StateDict;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A way to define networks: which there are, and which one a checkpoint holds. */
interface Architecture {
  /** The names of the families, for people. */
  Stream<String> families();

  /** The names of the networks that have one. */
  Stream<String> names();

  /** The same networks, each of them built and counted. */
  List<ArchitectureInfo> catalogue();

  /**
   * The network that has just the tensors of a checkpoint, of the same shapes, or empty if none is
   * near that.
   *
   * @throws dev.vgnet.error.ModelFormatException that lists the differences if a network is near
   * @throws dev.vgnet.error.UnsupportedModelException if it is one of the family, but none that can
   *     be run, another than was asked for, or one of several of which none was asked for
   */
  Optional<Network> recognise(StateDict checkpoint, ImportOptions options);

  /**
   * A checkpoint of random weights, fixed kernels excepted, or empty if no network of the family
   * has that name.
   */
  Optional<StateDict> randomStateDict(String name, long seed);
}
