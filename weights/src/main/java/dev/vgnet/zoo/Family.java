package dev.vgnet.zoo;

import dev.vgnet.torch.StateDict;
import java.util.List;
import java.util.Optional;

/**
 * A family of networks. The zoo finds families with {@link java.util.ServiceLoader}, so that one
 * can be added without a change to the zoo: a module says {@code provides dev.vgnet.zoo.Family with
 * ...}, a jar on the class path lists it in {@code META-INF/services/dev.vgnet.zoo.Family}.
 * Providers have a public constructor without parameters and no state. They are where the class
 * loader of the zoo itself finds them, or in a module of its layer, whatever the context class
 * loader of the calling thread; one that cannot be loaded is logged as a warning and left out.
 */
public interface Family {
  /** The family's name for people, such as {@code MobileNetV2}. */
  String name();

  /** The structures that its networks have. */
  List<Structure> structures();

  /**
   * Why a checkpoint that fits none of the structures cannot be imported, where that says more than
   * how it differs from the nearest one: it is a network of this family that is not supported. The
   * family of the nearest structure is asked; all are where none is near.
   *
   * @return one sentence, without an end; nothing if it may be no network of this family
   */
  default Optional<String> refusal(StateDict stateDict) {
    return Optional.empty();
  }
}
