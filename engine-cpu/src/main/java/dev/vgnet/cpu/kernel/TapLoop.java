package dev.vgnet.cpu.kernel;

import dev.vgnet.cpu.kernel.TileSpec.Tap;
import java.util.Set;

/**
 * How a tile adds up the channels of a tap: {@code first} of them one after the other, and {@code
 * turn} in each turn of a loop.
 *
 * <p>Where a processor is shared by two threads that each get half of its instructions, those that
 * only count or check are missed. Of a loop whose turns it can count the compiler checks the bounds
 * of each access twice before it, a hundred instructions and more; of any other it checks those of
 * a turn together, as their indices differ by constants. So loops that add several channels a turn
 * are of that kind. What is left over comes first: sums that are needed after the loop for anything
 * but a store would lose their registers. As the compiler would load all that a turn needs first,
 * for which there are no registers, fences keep it from that. Where there are many registers, such
 * loops pay for short taps only, and one channel a turn is enough.
 *
 * @param fenced whether the loop is one of those; otherwise it adds one channel a turn
 */
record TapLoop(int first, int turn, boolean fenced) {
  /** Turns of more channels are no faster, and their code is longer. */
  private static final int MAX_TURN = 4;

  private static final int MIN_TURN = 3;

  /** Of so few channels, the checks before a loop that is counted are a large part. */
  private static final int SHORT = 16;

  private static final boolean FEW_REGISTERS = Vectors.LANES < 16;

  /** On x86 a fence between loads is no instruction: all that it does is keep them in order. */
  private static final boolean FREE_FENCES =
      Set.of("amd64", "x86_64").contains(System.getProperty("os.arch"));

  static TapLoop of(TileSpec spec, Tap tap) {
    boolean loadsLittle = spec.pixels() > 1 && spec.vectors() > 1;
    boolean isLong = tap.channels() >= 2 * MAX_TURN;
    if (!FEW_REGISTERS) {
      return new TapLoop(0, 1, FREE_FENCES && tap.channels() <= SHORT);
    }
    if (!FREE_FENCES || !loadsLittle || !isLong) {
      return new TapLoop(0, 1, false);
    }
    int turn = tap.channels() % MAX_TURN <= tap.channels() % MIN_TURN ? MAX_TURN : MIN_TURN;
    return new TapLoop(tap.channels() % turn, turn, true);
  }

  /** The channels that its code adds. */
  int channels() {
    return first + turn;
  }
}
