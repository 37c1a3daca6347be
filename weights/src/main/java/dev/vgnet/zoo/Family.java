package dev.vgnet.zoo;

import java.util.List;

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
}
