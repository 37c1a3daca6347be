package dev.vgnet.zoo;

import dev.vgnet.torch.StateDict;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A way to define networks: which there are, and which one a checkpoint holds. */
interface Architecture {
  /** The names of the families, for people. */
  Stream<String> families();

  /** The networks that have a name. */
  List<ArchitectureInfo> catalogue();

  /**
   * The network that a checkpoint's keys and shapes describe, or empty if it is none of this
   * family. Whether each tensor fits is checked afterwards, all at once.
   *
   * @throws dev.vgnet.error.UnsupportedModelException if it is one of the family, but none that can
   *     be told or run
   */
  Optional<Network> recognise(StateDict checkpoint, ImportOptions options);

  /**
   * A checkpoint of random weights, fixed kernels excepted, or empty if no network of the family
   * has that name.
   */
  Optional<StateDict> randomStateDict(String name, long seed);
}
