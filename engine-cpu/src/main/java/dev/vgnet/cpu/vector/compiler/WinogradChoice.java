package dev.vgnet.cpu.vector.compiler;

import dev.vgnet.cpu.kernel.Vectors;
import dev.vgnet.cpu.kernel.Winograd;
import dev.vgnet.cpu.vector.pass.View;
import dev.vgnet.cpu.vector.pass.WinogradPass;
import dev.vgnet.cpu.vector.pass.WinogradTiles;
import dev.vgnet.plan.Step;

/** Where {@link WinogradPass} is the fastest way. */
final class WinogradChoice {
  /** With fewer channels the transforms take longer than they save. */
  private static final int MIN_CHANNELS = 12;

  /** On fewer tiles the products of a group are too short for what surrounds them. */
  private static final int MIN_GROUPED_TILES = 2 * WinogradPass.MIN_BLOCK;

  /** There are four times as many as in the model; this is a gibibyte. */
  private static final long MAX_WEIGHTS = 1 << 28;

  /** The time to load a weight, in products. */
  private static final int WEIGHTS_COST = 8;

  private static final int POSITIONS = Winograd.POSITIONS;

  private WinogradChoice() {}

  /** Whether that is likely: where transforms and weights are worth their time. */
  static boolean suits(Step.Convolution step, View output) {
    boolean possible = step.kernel() == 3 && step.stride() == 1 && step.padding() < 3;
    int in = step.input().channels() / step.groups();
    int out = output.channels() / step.groups();
    boolean wholeVectors = step.groups() == 1 || out % Vectors.LANES == 0;
    return possible
        && (step.groups() == 1 || WinogradTiles.count(output) >= MIN_GROUPED_TILES)
        && wholeVectors
        && Math.min(in, out) >= MIN_CHANNELS
        && (long) POSITIONS * in * Vectors.padded(output.channels()) <= MAX_WEIGHTS
        && POSITIONS * (WinogradTiles.count(output) + WEIGHTS_COST)
            < 9L * (output.pixels() + WEIGHTS_COST);
  }
}
