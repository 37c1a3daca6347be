package dev.vgnet.cpu.kernel;

import static dev.vgnet.cpu.kernel.Vectors.SPECIES;
import static dev.vgnet.cpu.kernel.Winograd.INNER;
import static dev.vgnet.cpu.kernel.Winograd.OUTER;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;

import jdk.incubator.vector.FloatVector;

/**
 * Winograd's transforms as vectors do them. Every operation on vectors is a call of the JDK's,
 * never of a method here that returns one: the compiler inlines the JDK's whatever the size of the
 * caller, and others may come to return objects.
 */
final class VectorWinograd {
  private VectorWinograd() {}

  static WinogradKernel of(Winograd size) {
    return switch (size) {
      case TILE_2 -> new Tile2();
      case TILE_4 -> new Tile4();
    };
  }

  private static final class Tile2 implements WinogradKernel.Tile2 {
    @Override
    public void inputLine(float[] arena, int i0, int i1, int i2, int i3, int out, int step) {
      FloatVector d1 = fromArray(SPECIES, arena, i1);
      FloatVector d2 = fromArray(SPECIES, arena, i2);
      fromArray(SPECIES, arena, i0).sub(d2).intoArray(arena, out);
      d1.sub(fromArray(SPECIES, arena, i3)).intoArray(arena, out + 3 * step);
      d1.add(d2).intoArray(arena, out + step);
      d2.sub(d1).intoArray(arena, out + 2 * step);
    }

    @Override
    public void outputLine(float[] arena, int in, int step, int out0, int out1) {
      FloatVector m1 = fromArray(SPECIES, arena, in + step);
      FloatVector m2 = fromArray(SPECIES, arena, in + 2 * step);
      FloatVector m3 = fromArray(SPECIES, arena, in + 3 * step);
      fromArray(SPECIES, arena, in).add(m1).add(m2).intoArray(arena, out0);
      m1.sub(m2).sub(m3).intoArray(arena, out1);
    }
  }

  private static final class Tile4 implements WinogradKernel.Tile4 {
    @Override
    public void inputLine(
        float[] arena, int i0, int i1, int i2, int i3, int i4, int i5, int out, int step) {
      FloatVector d1 = fromArray(SPECIES, arena, i1);
      FloatVector d2 = fromArray(SPECIES, arena, i2);
      FloatVector d3 = fromArray(SPECIES, arena, i3);
      FloatVector d4 = fromArray(SPECIES, arena, i4);
      FloatVector middle = broadcast(SPECIES, -2.5f);
      d2.fma(middle, fromArray(SPECIES, arena, i0).add(d4)).intoArray(arena, out);
      d3.fma(middle, fromArray(SPECIES, arena, i5).add(d1)).intoArray(arena, out + 5 * step);
      FloatVector even = d2.fma(broadcast(SPECIES, -2), d4);
      FloatVector odd = d1.fma(broadcast(SPECIES, -2), d3);
      odd.fma(broadcast(SPECIES, INNER), even).intoArray(arena, out + step);
      odd.fma(broadcast(SPECIES, -INNER), even).intoArray(arena, out + 2 * step);
      even = d2.fma(broadcast(SPECIES, -0.5f), d4);
      odd = d1.fma(broadcast(SPECIES, -0.5f), d3);
      odd.fma(broadcast(SPECIES, OUTER), even).intoArray(arena, out + 3 * step);
      odd.fma(broadcast(SPECIES, -OUTER), even).intoArray(arena, out + 4 * step);
    }

    @Override
    public void outputLine(
        float[] arena, int in, int step, int out0, int out1, int out2, int out3) {
      FloatVector m1 = fromArray(SPECIES, arena, in + step);
      FloatVector m2 = fromArray(SPECIES, arena, in + 2 * step);
      FloatVector m3 = fromArray(SPECIES, arena, in + 3 * step);
      FloatVector m4 = fromArray(SPECIES, arena, in + 4 * step);
      FloatVector inner = m1.add(m2);
      FloatVector outer = m3.add(m4);
      fromArray(SPECIES, arena, in).add(inner).add(outer).intoArray(arena, out0);
      outer.fma(broadcast(SPECIES, 2), inner.mul(0.5f)).intoArray(arena, out2);
      inner = m1.sub(m2).mul(INNER);
      outer = m3.sub(m4).mul(OUTER);
      inner.add(outer).intoArray(arena, out1);
      FloatVector last =
          inner.fma(broadcast(SPECIES, 0.5f), fromArray(SPECIES, arena, in + 5 * step));
      outer.fma(broadcast(SPECIES, 2), last).intoArray(arena, out3);
    }
  }
}
