package dev.vgnet.cpu.vector.compiler;

import dev.vgnet.cpu.kernel.Vectors;
import dev.vgnet.cpu.kernel.Winograd;
import dev.vgnet.cpu.vector.pass.View;
import dev.vgnet.cpu.vector.pass.WinogradPass;
import dev.vgnet.cpu.vector.pass.WinogradTiles;
import dev.vgnet.plan.Step;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/** Where {@link WinogradPass} is the fastest way, and with which tiles. */
final class WinogradChoice {
  /** With fewer channels the transforms take longer than they save. */
  private static final int MIN_CHANNELS = 12;

  /** On fewer tiles the products of a group are too short for what surrounds them. */
  private static final int MIN_GROUPED_TILES = 2 * WinogradPass.MIN_BLOCK;

  /** There are up to four times as many as in the model; this is a gibibyte. */
  private static final long MAX_WEIGHTS = 1 << 28;

  /** Floats of weights that stay in a second-level cache from one image to the next. */
  private static final long CACHED_WEIGHTS = 1 << 18;

  /** The time to load a weight, in products. */
  private static final int WEIGHTS_COST = 8;

  private WinogradChoice() {}

  /** The tiles that are likely to take the least time, if transforms and weights are worth it. */
  static Optional<Winograd> of(Step.Convolution step, View output) {
    if (step.kernel() != 3 || step.stride() != 1 || step.padding() > 2) {
      return Optional.empty();
    }
    return Stream.of(Winograd.values())
        .filter(size -> step.groups() == 1 || suitsGroups(size, step, output))
        .filter(size -> size == Winograd.TILE_4 || areWeightsMany(step, output))
        .filter(size -> hasRoom(size, step, output))
        .filter(size -> cost(size, output) < 9L * (output.pixels() + WEIGHTS_COST))
        .min(Comparator.comparingLong(size -> cost(size, output)));
  }

  private static boolean suitsGroups(Winograd size, Step.Convolution step, View output) {
    return size == Winograd.TILE_4
        && WinogradTiles.count(size, output) >= MIN_GROUPED_TILES
        && output.channels() / step.groups() % Vectors.LANES == 0;
  }

  /** Whether large tiles would wait for their weights: small ones have more products. */
  private static boolean areWeightsMany(Step.Convolution step, View output) {
    return weights(Winograd.TILE_4, step, output) > CACHED_WEIGHTS;
  }

  private static boolean hasRoom(Winograd size, Step.Convolution step, View output) {
    int in = step.input().channels() / step.groups();
    int out = output.channels() / step.groups();
    return Math.min(in, out) >= MIN_CHANNELS && weights(size, step, output) <= MAX_WEIGHTS;
  }

  private static long weights(Winograd size, Step.Convolution step, View output) {
    int in = step.input().channels() / step.groups();
    return (long) size.positions() * in * Vectors.padded(output.channels());
  }

  /** The products for each input and output channel, and what their weights cost. */
  private static long cost(Winograd size, View output) {
    return (long) size.positions() * (WinogradTiles.count(size, output) + WEIGHTS_COST);
  }
}
