package dev.vgnet.cpu.vector;

/** An epilogue by itself. */
record ElementwisePass(View output, Finish finish) implements Pass {
  @Override
  public int units() {
    return output.height();
  }

  @Override
  public long work() {
    return (long) output.pixels() * output.channels();
  }

  @Override
  public void run(Workspace workspace, int from, int to) {
    finish.apply(workspace.arena, from * output.width(), (to - from) * output.width());
  }
}
