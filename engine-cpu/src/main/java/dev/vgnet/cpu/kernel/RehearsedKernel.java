package dev.vgnet.cpu.kernel;

import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A kernel whose {@link Twin} stands in until its code is compiled: vectors are objects to the
 * interpreter and the first compiler, which makes them a hundred times slower. Meanwhile that code,
 * generated most often, is called on blank memory, until the second compiler is done with it. As
 * both compute the same bits, nobody can tell when one takes over from the other.
 *
 * <p>One a shape and process. Every method may be called from any thread.
 *
 * @param <K> the kind of kernel
 */
public final class RehearsedKernel<K> {
  /** The compilers have mostly done what they will by then. */
  private static final long MAX_NANOS = 5_000_000_000L;

  /** They are done with a kernel that has got no faster for so long. */
  private static final long STEADY_NANOS = 1_000_000_000L;

  /**
   * How long it is left alone where memory was short, as each attempt collects garbage in vain, or
   * where no compiler has made it faster than its twin.
   */
  private static final long MIN_PAUSE_NANOS = 1_000_000_000L;

  private static final long MAX_PAUSE_NANOS = 64_000_000_000L;

  /** Of floats: kernels that need more are not rehearsed. */
  private static final int MAX_MEMORY = 1 << 24;

  /**
   * How many times as fast as the interpreter the second compiler makes kernels, at the least: 60
   * to 800 times have been seen, and 30 at the most of the first compiler.
   */
  private static final int COMPILED = 50;

  /** One part in so many is more than chance. */
  private static final int CLEARLY = 10;

  private static final int INTERPRETED_RUNS = 3;

  /** For each real one: see {@link TileKernel}. */
  private static final int DRY_RUNS = 63;

  private static final SoftCache<Object, RehearsedKernel<?>> KNOWN = new SoftCache<>();

  private static final Map<Winograd, RehearsedKernel<WinogradKernel>> WINOGRAD =
      Stream.of(Winograd.values())
          .collect(
              Collectors.toUnmodifiableMap(
                  size -> size, size -> new RehearsedKernel<>(PlainWinograd.of(size))));

  private static final Map<MapOperation, RehearsedKernel<MapKernel>> MAPS =
      Stream.of(MapOperation.values())
          .collect(Collectors.toUnmodifiableMap(map -> map, RehearsedKernel<MapKernel>::new));

  private final Twin<K> twin;
  private volatile K kernel;
  private volatile boolean settled;

  /** Held by whoever rehearses; guards all that follows. */
  private final ReentrantLock turn = new ReentrantLock();

  private K generated;
  private float[] memory;
  private long rehearsed;

  /** What of that it had been rehearsed when it was clearly faster than before the last time. */
  private long improved;

  /** Of the generated kernel before any compiler has seen it. */
  private long interpreted = Long.MAX_VALUE;

  private long fastest = Long.MAX_VALUE;
  private long fastestTwin = Long.MAX_VALUE;

  /** When it was left alone the last time. */
  private long leftAt;

  /** How long it is left alone since then; 0 if it never was. */
  private long pause;

  RehearsedKernel(Twin<K> twin) {
    this.twin = twin;
    kernel = twin.kernel();
  }

  /** The tiles of this shape. The same are handed out again while anyone holds them. */
  public static RehearsedKernel<TileKernel> of(TileSpec spec) {
    return known(spec, () -> new PlainTile(spec));
  }

  /** The rows of this shape. The same are handed out again while anyone holds them. */
  public static RehearsedKernel<DepthwiseKernel> of(DepthwiseSpec spec) {
    return known(spec, () -> new PlainDepthwise(spec));
  }

  /** The epilogue of these parts. The same is handed out again while anyone holds it. */
  public static RehearsedKernel<EpilogueKernel> of(EpilogueSpec spec) {
    return known(spec, () -> new PlainEpilogue(spec));
  }

  /** Maxima, means, products or interleaved planes, each of which has one shape. */
  public static RehearsedKernel<MapKernel> of(MapOperation operation) {
    return MAPS.get(operation);
  }

  /** Winograd's transforms, which have one shape for each size of tiles. */
  public static RehearsedKernel<WinogradKernel> of(Winograd size) {
    return WINOGRAD.get(size);
  }

  @SuppressWarnings("unchecked") // the type of a spec tells that of its kernel
  private static <K> RehearsedKernel<K> known(Object spec, Supplier<Twin<K>> twin) {
    return (RehearsedKernel<K>) KNOWN.get(spec, () -> new RehearsedKernel<>(twin.get()));
  }

  /** What is fastest at the moment. */
  public K kernel() {
    return kernel;
  }

  /** Whether {@link #kernel} is what it will be for ever. */
  public boolean isSettled() {
    return settled;
  }

  /**
   * Calls the generated kernel for about so long, and at least once; settles when it is compiled,
   * or has had its time and is as fast as its twin. Where it is not, memory is short, or the kernel
   * cannot be made, its twin stays: a run that has its result must not fail for that.
   *
   * @return whether it has tried to: not if it is settled, while another thread rehearses it, and
   *     for some time after memory was short or its time was over
   */
  public boolean rehearse(long nanos) {
    if (settled || !turn.tryLock()) {
      return false;
    }
    try {
      if (settled || isPaused()) {
        return false;
      }
      callOrKeepTwin(nanos);
      return true;
    } finally {
      turn.unlock();
    }
  }

  private void callOrKeepTwin(long nanos) {
    try {
      if (twin.memory() > MAX_MEMORY) {
        settle();
      } else {
        call(nanos);
      }
    } catch (OutOfMemoryError _) {
      leaveAlone();
    } catch (LinkageError _) {
      use(twin.kernel()); // another attempt would end the same way
    }
  }

  private void leaveAlone() {
    memory = null;
    leftAt = System.nanoTime();
    pause = Math.clamp(2 * pause, MIN_PAUSE_NANOS, MAX_PAUSE_NANOS);
  }

  private boolean isPaused() {
    return pause > 0 && System.nanoTime() - leftAt < pause;
  }

  private void call(long nanos) {
    if (memory == null) {
      memory = new float[(int) twin.memory()];
    }
    if (generated == null) {
      K made = twin.generate();
      time(made); // the first call also looks up whatever the code names
      for (int i = 0; i < INTERPRETED_RUNS; i++) {
        interpreted = Math.min(interpreted, time(made));
      }
      generated = made;
    }
    fastestTwin = Math.min(fastestTwin, time(twin.kernel()));
    long before = fastest;
    long start = System.nanoTime();
    long spent;
    do {
      for (int i = 0; i < DRY_RUNS; i++) {
        twin.rehearseDry(generated, memory);
      }
      fastest = Math.min(fastest, time(generated));
      spent = System.nanoTime() - start;
    } while (spent < nanos);
    rehearsed += spent;
    if (fastest < before - before / CLEARLY) {
      improved = rehearsed;
    }
    if (fastest <= fastestTwin && isCompiled()) {
      settle();
    } else if (rehearsed >= MAX_NANOS) {
      leaveAlone();
    }
  }

  /**
   * Whether the second compiler is done with it. To be no slower than the twin says little while
   * that is not compiled, either; and where the code that a kernel calls was compiled long ago, as
   * other class loaders had kernels, the interpreter is not slow enough to tell.
   */
  private boolean isCompiled() {
    return fastest <= interpreted / COMPILED || rehearsed - improved >= STEADY_NANOS;
  }

  /** Uses the generated kernel from now on, however slow it still is. */
  public void settle() {
    turn.lock();
    try {
      use(generated == null ? twin.generate() : generated);
    } finally {
      turn.unlock();
    }
  }

  private void use(K last) {
    kernel = last;
    settled = true;
    memory = null;
  }

  private long time(K candidate) {
    long start = System.nanoTime();
    twin.rehearse(candidate, memory);
    return System.nanoTime() - start;
  }
}
