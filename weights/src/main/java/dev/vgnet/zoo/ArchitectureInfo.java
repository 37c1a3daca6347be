package dev.vgnet.zoo;

/**
 * A network of the zoo, for a list.
 *
 * @param name as in {@link ImportOptions#architecture}
 * @param imageSize side in pixels of the image that {@code multiplyAccumulates} is counted for
 * @param parameters that are learned, of the network as the paper has it: with 1,000 classes, or
 *     with 10 for CIFAR
 * @param multiplyAccumulates of convolutions and fully connected layers, for one image
 * @param reported what the paper reports and where, or empty
 * @param notes how its checkpoints differ and what else there is to know, or empty
 */
public record ArchitectureInfo(
    String name,
    String family,
    int imageSize,
    long parameters,
    long multiplyAccumulates,
    String reported,
    String notes) {}
