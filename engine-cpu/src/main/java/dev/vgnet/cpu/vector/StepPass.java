package dev.vgnet.cpu.vector;

import dev.vgnet.cpu.kernel.RehearsedKernel;
import dev.vgnet.cpu.vector.pass.Pass;
import dev.vgnet.cpu.vector.pass.Workspace;
import dev.vgnet.runtime.Device;
import dev.vgnet.runtime.ExecutionReport.StepReport;
import dev.vgnet.runtime.StepEvent;
import dev.vgnet.runtime.StepRecording;
import java.util.ArrayList;
import java.util.List;

/**
 * A pass that says in recordings what it does for its step.
 *
 * @param multiplyAccumulates its share of the step's
 * @param bytes its share of the step's
 */
record StepPass(Pass pass, StepReport step, long multiplyAccumulates, long bytes, boolean follows)
    implements Pass {

  /**
   * The passes of a step; each takes a share of its cost that goes by its work.
   *
   * @param follows whether the step may follow the one before band by band
   */
  static List<StepPass> of(StepReport step, List<Pass> passes, boolean follows) {
    long all = passes.stream().mapToLong(Pass::work).sum();
    List<StepPass> shares = new ArrayList<>();
    long before = 0;
    for (Pass pass : passes) {
      long after = before + pass.work();
      long multiplyAccumulates = part(step.multiplyAccumulates(), before, after, all);
      shares.add(
          new StepPass(
              pass,
              step,
              multiplyAccumulates,
              part(step.bytes(), before, after, all),
              follows && passes.size() == 1));
      before = after;
    }
    return shares;
  }

  /** What falls to a part, from one place to another; all parts add up to the total. */
  private static long part(long total, long from, long to, long end) {
    return Math.round(total * ((double) to / end)) - Math.round(total * ((double) from / end));
  }

  @Override
  public List<RehearsedKernel<?>> kernels() {
    return pass.kernels();
  }

  @Override
  public int units() {
    return pass.units();
  }

  @Override
  public long work() {
    return pass.work();
  }

  @Override
  public boolean isRowByRow() {
    return pass.isRowByRow();
  }

  @Override
  public int bands() {
    return pass.bands();
  }

  @Override
  public int scratch() {
    return pass.scratch();
  }

  @Override
  public int turns() {
    return pass.turns();
  }

  @Override
  public int offsets() {
    return pass.offsets();
  }

  @Override
  public void run(Workspace workspace, int from, int to) {
    if (StepRecording.isOn()) {
      record(workspace, from, to);
    } else {
      pass.run(workspace, from, to);
    }
  }

  private void record(Workspace workspace, int from, int to) {
    StepEvent event = new StepEvent();
    event.begin();
    pass.run(workspace, from, to);
    event.commit(
        step,
        Device.CPU,
        workspace.image,
        1,
        part(multiplyAccumulates, from, to, units()),
        part(bytes, from, to, units()));
  }
}
