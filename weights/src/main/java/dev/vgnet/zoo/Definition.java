package dev.vgnet.zoo;

/** A network, layer by layer. */
@FunctionalInterface
public interface Definition {
  /**
   * Adds the network's layers.
   *
   * @param layers where they are added; it knows the style of the keys and, when a checkpoint is
   *     read, its widths
   * @return the logits, one vector an image
   */
  Features define(Layers layers);
}
