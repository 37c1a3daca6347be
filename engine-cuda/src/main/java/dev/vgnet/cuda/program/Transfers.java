package dev.vgnet.cuda.program;

import dev.vgnet.cuda.driver.Work;
import java.util.List;

/** Between the caller's layout and feature maps. */
final class Transfers {
  private Transfers() {}

  /** Images as the caller has them, to a feature map. */
  static List<Work> importImages(long images, View output) {
    Launches launches = new Launches();
    launches.perNumber(
        "importImages",
        output,
        new Parameters()
            .longs(images)
            .target(output)
            .longs(output.pixels(), output.pixelsPerImage()));
    return launches.list();
  }

  /** A feature map as the caller wants it. */
  static List<Work> exportValues(View input, long values) {
    Launches launches = new Launches();
    int first = 0;
    for (int from = 0; from < input.parts().size(); from += Parameters.MAX_PARTS) {
      View some = input.parts(from, Math.min(from + Parameters.MAX_PARTS, input.parts().size()));
      launches.perNumber(
          "exportValues",
          some,
          new Parameters()
              .view(some)
              .longs(values, some.pixels(), some.pixelsPerImage())
              .integers(first, input.channels()));
      first += some.channels();
    }
    return launches.list();
  }
}
