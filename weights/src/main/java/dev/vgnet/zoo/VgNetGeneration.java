package dev.vgnet.zoo;

import static dev.vgnet.graph.Operator.Function.RELU;
import static dev.vgnet.graph.Operator.Function.SILU;

import dev.vgnet.graph.Operator.Function;

/** The three forms in which VGNet has been published, with the activations that each implies. */
enum VgNetGeneration {
  /** The paper's: the tail shares its kernels, the Gaussians are stored. */
  PAPER("paper", RELU, RELU),
  /** A short-lived one in between: as the paper's, with Gaussians stored as sigma. */
  MIDDLE("middle", SILU, RELU),
  /** The latest: the tail has its own kernels, a dropout precedes the classifier. */
  PUBLIC("public", SILU, SILU);

  final String label;
  final Function activation;
  final Function squeezeExciteActivation;

  VgNetGeneration(String label, Function activation, Function squeezeExciteActivation) {
    this.label = label;
    this.activation = activation;
    this.squeezeExciteActivation = squeezeExciteActivation;
  }
}
