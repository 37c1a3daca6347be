package dev.vgnet.cpu.vector;

import dev.vgnet.cpu.vector.pass.Pass;
import dev.vgnet.cpu.vector.pass.Workspace;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What is done between two barriers where workers share an image: a pass that is worth sharing,
 * with those that follow it band by band, or small ones in a row that are left to one worker.
 *
 * @param blocks into which the units of each pass are cut
 */
record Stage(List<Pass> passes, int blocks) {
  /** Passes with less work than this are left to one worker. */
  private static final long LEAST_WORK = 10_000;

  /**
   * Blocks a worker gets of a pass. Cores are seldom equally fast, as others use them, too, or as
   * they are made so: the fewer blocks, the longer all wait for the last one of the slowest.
   */
  private static final int BLOCKS_PER_WORKER = 32;

  /** The work of a block, so that claiming it costs next to nothing. */
  private static final int BLOCK_WORK = 50_000;

  Stage {
    passes = List.copyOf(passes);
  }

  /** All passes in order, in as few stages as possible. */
  static List<Stage> of(List<? extends Pass> passes, int workers) {
    List<Stage> stages = new ArrayList<>();
    for (Pass pass : passes) {
      Stage next = of(pass, workers);
      if (!stages.isEmpty() && stages.getLast().isFollowedBy(pass)) {
        next = stages.removeLast().then(new Stage(List.of(pass), pass.bands()));
      } else if (!stages.isEmpty() && stages.getLast().blocks == 1 && next.blocks == 1) {
        next = stages.removeLast().then(next);
      }
      stages.add(next);
    }
    return List.copyOf(stages);
  }

  /** Whether a worker may go on with a band of the next pass when it has computed one of these. */
  private boolean isFollowedBy(Pass next) {
    return blocks > 1
        && next.follows()
        && next.bands() > 1
        && passes.stream().allMatch(pass -> hasBands(pass, next.bands()));
  }

  private static boolean hasBands(Pass pass, int bands) {
    return pass.isRowByRow() ? pass.units() >= bands : pass.bands() == bands;
  }

  /** One pass by itself. */
  static Stage of(Pass pass, int workers) {
    return new Stage(List.of(pass), workers > 1 ? blocks(pass, workers) : 1);
  }

  private static int blocks(Pass pass, int workers) {
    if (pass.work() < LEAST_WORK) {
      return 1;
    }
    long wanted = Math.clamp(pass.work() / BLOCK_WORK, workers, BLOCKS_PER_WORKER * (long) workers);
    return (int) Math.min(pass.units(), wanted);
  }

  private Stage then(Stage next) {
    return new Stage(Stream.concat(passes.stream(), next.passes.stream()).toList(), next.blocks);
  }

  /** Computes one block of each pass. */
  void run(Workspace workspace, int block) {
    for (int i = 0; i < passes.size(); i++) {
      Pass pass = passes.get(i);
      long units = pass.units();
      pass.run(workspace, (int) (units * block / blocks), (int) (units * (block + 1) / blocks));
    }
  }
}
