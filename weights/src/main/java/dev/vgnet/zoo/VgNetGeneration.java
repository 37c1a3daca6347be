package dev.vgnet.zoo;

import static dev.vgnet.graph.Operator.Function.RELU;
import static dev.vgnet.graph.Operator.Function.SILU;

import dev.vgnet.graph.Operator.Function;
import dev.vgnet.zoo.VgNetConfig.Tail;
import java.util.Locale;

/** The three forms in which VGNet has been published, and what each implies. */
enum VgNetGeneration {
  /** The paper's: the tail shares its kernels, the Gaussians are stored. */
  PAPER(Tail.SHARED, "classifier", RELU, RELU),
  /** A short-lived one in between: as the paper's, with Gaussians stored as sigma. */
  MIDDLE(Tail.SHARED, "classifier", SILU, RELU),
  /** The latest: the tail has its own kernels, a dropout precedes the classifier. */
  PUBLIC(Tail.OWN, "classifier.1", SILU, SILU);

  /** Except for VGNetF2 and F4, whose tail is fixed. */
  final Tail tail;

  /** The name of the last layer. */
  final String classifier;

  /** Not in a checkpoint: what is assumed unless the caller knows better. */
  final Function activation;

  /** As {@link #activation}, inside squeeze-excite. */
  final Function squeezeExciteActivation;

  VgNetGeneration(
      Tail tail, String classifier, Function activation, Function squeezeExciteActivation) {
    this.tail = tail;
    this.classifier = classifier;
    this.activation = activation;
    this.squeezeExciteActivation = squeezeExciteActivation;
  }

  /** For messages: {@code paper}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
