package dev.vgnet.zoo;

/**
 * A network of the catalogue.
 *
 * @param base the name before its convolutions were separated
 * @param bsConv how they are separated
 * @param definition the network with the paper's widths
 * @param reported what a paper reports and where, or empty
 * @param notes what else there is to know, or empty
 */
public record NamedNetwork(
    String base, BsConv bsConv, Definition definition, String reported, String notes) {
  /** A network whose convolutions are as its definition says. */
  public NamedNetwork(String name, Definition definition, String reported) {
    this(name, BsConv.NONE, definition, reported, "");
  }

  /** The network's name, such as {@code resnet18_bsconvu}. */
  public String name() {
    return base + bsConv.suffix();
  }

  /** This network with its convolutions separated. */
  public NamedNetwork with(BsConv separation, String report) {
    return new NamedNetwork(base, separation, definition, report, "");
  }

  /** This network with something to know about it. */
  public NamedNetwork noted(String note) {
    return new NamedNetwork(base, bsConv, definition, reported, note);
  }
}
