package dev.vgnet.cpu.vector;

import dev.vgnet.cpu.vector.compiler.Cascade;
import dev.vgnet.cpu.vector.pass.View;
import dev.vgnet.cpu.vector.pass.View.Part;
import dev.vgnet.plan.StepCost;
import dev.vgnet.tensor.Shape;
import java.util.List;
import java.util.Map;

/**
 * The end of a network, whose weights are more than the numbers of its maps. A worker who has
 * several images computes it for all of them in turns, so that what one reads of the weights is in
 * the cache for the next. Before, where maps are the larger part, it goes image by image.
 *
 * @param firstPass of the program
 * @param carried the maps that passes before have written and others read
 */
record Tail(int firstPass, List<View> carried) {
  /** Fewer weights stay in a second-level cache from one image to the next anyway. */
  private static final long LEAST_WEIGHTS = 1 << 18;

  /** The first of a network's cascades that belongs to it; their number if none does. */
  static int firstCascade(List<Cascade> cascades, Map<String, Shape> tensors) {
    int first = cascades.size();
    long weights = 0;
    long saved = 0;
    long most = 0;
    for (int i = cascades.size() - 1; i >= 0; i--) {
      StepCost cost = cascades.get(i).joined().cost(tensors, cascades.get(i).joined().between());
      weights += cost.weights();
      saved += cost.weights() - cost.maps();
      if (saved > most && weights >= LEAST_WEIGHTS) {
        most = saved;
        first = i;
      }
    }
    return first;
  }

  /** Hands an image over from the arena in which its first passes were computed. */
  void carry(float[] from, float[] to) {
    for (int i = 0; i < carried.size(); i++) {
      View map = carried.get(i);
      Part part = map.whole();
      System.arraycopy(from, part.offset(), to, part.offset(), map.pixels() * part.stride());
    }
  }
}
