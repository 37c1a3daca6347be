package dev.vgnet.bench.measure;

import dev.vgnet.cpu.kernel.Vectors;
import java.util.concurrent.TimeUnit;
import jdk.incubator.vector.FloatVector;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The most float32 arithmetic the machine does: fused multiply-adds in independent chains, all in
 * registers, with the vectors the engine uses. The counter {@code flops} is in GFLOP/s; {@code -t
 * 2} loads two cores. The better of the two methods is the peak.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
    value = 1,
    jvmArgsPrepend = {"--add-modules", "jdk.incubator.vector"})
public class FmaPeak {
  private static final int TURNS = 10_000;

  // Every chain tends to 1, so that no number is ever slow.
  private float factor = 0.75f;
  private float addend = 0.25f;

  /** Counts the floating point operations: two for each number of a multiply-add. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.OPERATIONS)
  public static class Counter {
    /** Operations so far. */
    public long flops;

    void add(int chains) {
      flops += 2L * TURNS * chains * Vectors.LANES;
    }
  }

  /** For CPUs with 16 vector registers. */
  @Benchmark
  public float chains12(Counter counter) {
    FloatVector f = vector(factor);
    FloatVector s = vector(addend);
    FloatVector a = vector(0);
    FloatVector b = vector(1);
    FloatVector c = vector(2);
    FloatVector d = vector(3);
    FloatVector e = vector(4);
    FloatVector g = vector(5);
    FloatVector h = vector(6);
    FloatVector i = vector(7);
    FloatVector j = vector(8);
    FloatVector k = vector(9);
    FloatVector l = vector(10);
    FloatVector m = vector(11);
    for (int turn = 0; turn < TURNS; turn++) {
      a = a.fma(f, s);
      b = b.fma(f, s);
      c = c.fma(f, s);
      d = d.fma(f, s);
      e = e.fma(f, s);
      g = g.fma(f, s);
      h = h.fma(f, s);
      i = i.fma(f, s);
      j = j.fma(f, s);
      k = k.fma(f, s);
      l = l.fma(f, s);
      m = m.fma(f, s);
    }
    counter.add(12);
    FloatVector sum = a.add(b).add(c).add(d).add(e).add(g).add(h).add(i).add(j).add(k).add(l);
    return sum.add(m).lane(0);
  }

  /** For CPUs with 32, which may begin four a cycle and take four cycles for each. */
  @Benchmark
  public float chains20(Counter counter) {
    FloatVector f = vector(factor);
    FloatVector s = vector(addend);
    FloatVector a = vector(0);
    FloatVector b = vector(1);
    FloatVector c = vector(2);
    FloatVector d = vector(3);
    FloatVector e = vector(4);
    FloatVector g = vector(5);
    FloatVector h = vector(6);
    FloatVector i = vector(7);
    FloatVector j = vector(8);
    FloatVector k = vector(9);
    FloatVector l = vector(10);
    FloatVector m = vector(11);
    FloatVector n = vector(12);
    FloatVector o = vector(13);
    FloatVector p = vector(14);
    FloatVector q = vector(15);
    FloatVector r = vector(16);
    FloatVector t = vector(17);
    FloatVector u = vector(18);
    FloatVector v = vector(19);
    for (int turn = 0; turn < TURNS; turn++) {
      a = a.fma(f, s);
      b = b.fma(f, s);
      c = c.fma(f, s);
      d = d.fma(f, s);
      e = e.fma(f, s);
      g = g.fma(f, s);
      h = h.fma(f, s);
      i = i.fma(f, s);
      j = j.fma(f, s);
      k = k.fma(f, s);
      l = l.fma(f, s);
      m = m.fma(f, s);
      n = n.fma(f, s);
      o = o.fma(f, s);
      p = p.fma(f, s);
      q = q.fma(f, s);
      r = r.fma(f, s);
      t = t.fma(f, s);
      u = u.fma(f, s);
      v = v.fma(f, s);
    }
    counter.add(20);
    FloatVector sum = a.add(b).add(c).add(d).add(e).add(g).add(h).add(i).add(j).add(k).add(l);
    sum = sum.add(m).add(n).add(o).add(p).add(q).add(r).add(t).add(u).add(v);
    return sum.lane(0);
  }

  private static FloatVector vector(float value) {
    return FloatVector.broadcast(Vectors.SPECIES, value);
  }
}
