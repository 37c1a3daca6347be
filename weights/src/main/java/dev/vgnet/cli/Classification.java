package dev.vgnet.cli;

import dev.vgnet.image.Prediction;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;

/**
 * One picture and what the network says of it.
 *
 * @param milliseconds from decoded picture to labels
 */
record Classification(
    Path file, BufferedImage picture, List<Prediction> predictions, double milliseconds) {}
