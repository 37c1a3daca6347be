package dev.vgnet.cuda.program;

import dev.vgnet.cuda.driver.Drivers;
import dev.vgnet.cuda.driver.FakeControls;
import dev.vgnet.runtime.Precision;

/** Random networks through the real bindings on a GPU that is none. A program. */
public final class FakeGpuNetworks {
  private static final long SEED = 20_261_129;
  private static final int NETWORKS = 8;

  private FakeGpuNetworks() {}

  /**
   * @param arguments the precision
   */
  public static void main(String[] arguments) {
    Precision precision = Precision.valueOf(arguments[0]);
    for (int i = 0; i < NETWORKS; i++) {
      RandomNetworkTest.check(precision, SEED + i, Drivers::open);
    }
    FakeControls.requireNothingLeft();
    FakeControls.requireNoMisuse();
  }
}
