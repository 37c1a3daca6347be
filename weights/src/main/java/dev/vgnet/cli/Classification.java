package dev.vgnet.cli;

import dev.vgnet.image.Prediction;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * One picture and what the network says of it.
 *
 * @param thumbnail for the contact sheet, if there will be one; pictures themselves are not kept
 * @param milliseconds from decoded picture to labels
 */
record Classification(
    Path file,
    Optional<BufferedImage> thumbnail,
    List<Prediction> predictions,
    double milliseconds) {}
