package dev.vgnet.cpu.kernel;

import static dev.vgnet.cpu.kernel.KernelCode.FLOATS;
import static dev.vgnet.cpu.kernel.KernelCode.INTS;
import static java.lang.classfile.ClassFile.ACC_PRIVATE;
import static java.lang.classfile.ClassFile.ACC_PUBLIC;
import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;

import dev.vgnet.cpu.kernel.TileSpec.Tap;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Writes the class of a {@link TileKernel}:
 *
 * <pre>
 * tile(in, inOffsets, weights, w, out, o, outStride, pixel, dry):
 *   return if dry
 *   start the P x Q sums
 *   for (tap = first; tap &lt; end; tap++)           once for each run of equal taps
 *     base = inOffsets[tap] + pixel * pixelStride
 *     for (k = 0; k &lt; channels; k++)           several at a time, if there are many
 *       P x Q multiply-adds, unrolled
 *   finish and store the P x Q sums
 * </pre>
 *
 * Every run of equal taps is code of its own. A method with too many of them would be too large for
 * the compilers, so a tile is several methods where needed, each adding to what the one before
 * stored.
 *
 * <p>Where a processor is shared by two threads that each get half of its instructions, those that
 * only count are missed: so a turn of the loop adds several channels. As the compiler would load
 * all that they need first, for which there are no registers, fences keep it from that.
 */
final class TileGenerator {
  private static final int MAX_RUNS = 2;

  /** Shorter loops lose more by twice as many checks before them. */
  private static final int MIN_FOR_TWO = 32;

  /** The same for four times as many. */
  private static final int MIN_FOR_FOUR = 160;

  private static final boolean FEW_REGISTERS = Vectors.LANES < 16;

  /** On x86 a fence between loads is no instruction: all that it does is keep them in order. */
  private static final boolean FREE_FENCES =
      Set.of("amd64", "x86_64").contains(System.getProperty("os.arch"));

  private static final MethodTypeDesc SIGNATURE =
      MethodTypeDesc.of(
          CD_void, FLOATS, INTS, FLOATS, CD_int, FLOATS, CD_int, CD_int, CD_int, CD_boolean);

  private static final int THIS = 0;
  private static final int IN = 1;
  private static final int IN_OFFSETS = 2;
  private static final int WEIGHTS = 3;
  private static final int WEIGHT = 4;
  private static final int OUT = 5;
  private static final int OUT_OFFSET = 6;
  private static final int OUT_STRIDE = 7;
  private static final int PIXEL = 8;
  private static final int DRY = 9;
  private static final int TAP = 10;
  private static final int BASE = 11;
  private static final int K = 12;
  private static final int INPUT = 13;
  private static final int FIRST_SUM = 14;

  /** Consecutive taps of one shape. */
  private record Run(Tap tap, int first, int count) {}

  private final TileSpec spec;
  private final CodeBuilder code;
  private final KernelCode kernel;
  private final int panel;
  private final int firstWeights;

  private TileGenerator(TileSpec spec, CodeBuilder code) {
    this.spec = spec;
    this.code = code;
    kernel = new KernelCode(code);
    panel = spec.panel();
    firstWeights = FIRST_SUM + spec.pixels() * spec.vectors();
  }

  static byte[] generate(TileSpec spec) {
    ClassDesc name =
        ClassDesc.of(
            TileGenerator.class.getPackageName(),
            "Tile%dx%d".formatted(spec.pixels(), spec.vectors()));
    return KernelCode.classFile(name, TileKernel.class, builder -> addMethods(builder, name, spec));
  }

  private static void addMethods(ClassBuilder builder, ClassDesc name, TileSpec spec) {
    List<List<Run>> parts = parts(runs(spec.taps()));
    if (parts.size() == 1) {
      builder.withMethodBody(
          "tile",
          SIGNATURE,
          ACC_PUBLIC,
          code -> new TileGenerator(spec, code).tile(parts.getFirst(), 0, true));
      return;
    }
    int weight = 0;
    for (int i = 0; i < parts.size(); i++) {
      List<Run> part = parts.get(i);
      int firstWeight = weight;
      boolean last = i == parts.size() - 1;
      builder.withMethodBody(
          "tile" + i,
          SIGNATURE,
          ACC_PRIVATE,
          code -> new TileGenerator(spec, code).tile(part, firstWeight, last));
      for (Run run : part) {
        weight += run.count() * run.tap().depth() * spec.panel();
      }
    }
    builder.withMethodBody(
        "tile",
        SIGNATURE,
        ACC_PUBLIC,
        code -> new TileGenerator(spec, code).callParts(name, parts.size()));
  }

  private static List<Run> runs(List<Tap> taps) {
    List<Run> runs = new ArrayList<>();
    for (int i = 0; i < taps.size(); i++) {
      Run last = runs.isEmpty() ? null : runs.getLast();
      if (last != null && last.tap().equals(taps.get(i))) {
        runs.set(runs.size() - 1, new Run(last.tap(), last.first(), last.count() + 1));
      } else {
        runs.add(new Run(taps.get(i), i, 1));
      }
    }
    return runs;
  }

  private static List<List<Run>> parts(List<Run> runs) {
    List<List<Run>> parts = new ArrayList<>();
    for (int i = 0; i < runs.size(); i += MAX_RUNS) {
      parts.add(runs.subList(i, Math.min(i + MAX_RUNS, runs.size())));
    }
    return parts;
  }

  private void callParts(ClassDesc owner, int parts) {
    for (int part = 0; part < parts; part++) {
      code.aload(THIS).aload(IN).aload(IN_OFFSETS).aload(WEIGHTS).iload(WEIGHT);
      code.aload(OUT).iload(OUT_OFFSET).iload(OUT_STRIDE).iload(PIXEL).iload(DRY);
      code.invokevirtual(owner, "tile" + part, SIGNATURE);
    }
    code.return_();
  }

  /**
   * Writes a method of some of the taps. It returns at once if it is dry: if just the loops were
   * left out, the compiler would find them hardly more frequent than the code around them, and keep
   * sums in memory there.
   */
  private void tile(List<Run> runs, int firstWeight, boolean last) {
    Label real = code.newLabel();
    code.iload(DRY).ifeq(real).return_().labelBinding(real);
    code.iload(OUT_OFFSET).iload(PIXEL).iload(OUT_STRIDE).imul().iadd().istore(OUT_OFFSET);
    startSums(runs.getFirst().first() == 0);
    int bias = spec.epilogue().bias() ? panel : 0;
    kernel.address(WEIGHT, Index.of(WEIGHT).plus(bias + firstWeight));
    runs.forEach(this::addRun);
    EpilogueSpec left = last ? spec.epilogue() : EpilogueSpec.COPY;
    for (int p = 0; p < spec.pixels(); p++) {
      for (int q = 0; q < spec.vectors(); q++) {
        finish(left, sum(p, q), q);
        kernel.get(sum(p, q)).store(OUT, out(q));
      }
      nextPixel();
    }
    code.return_();
  }

  private void startSums(boolean first) {
    if (first) {
      for (int q = 0; q < spec.vectors(); q++) {
        if (spec.epilogue().bias()) {
          kernel.load(WEIGHTS, Index.of(WEIGHT).plus(q * Vectors.LANES)).set(sum(0, q));
        } else {
          kernel.zero().set(sum(0, q));
        }
        for (int p = 1; p < spec.pixels(); p++) {
          kernel.get(sum(0, q)).set(sum(p, q));
        }
      }
      return;
    }
    code.iload(OUT_OFFSET).istore(BASE);
    for (int p = 0; p < spec.pixels(); p++) {
      for (int q = 0; q < spec.vectors(); q++) {
        kernel.load(OUT, out(q)).set(sum(p, q));
      }
      nextPixel();
    }
    code.iload(BASE).istore(OUT_OFFSET);
  }

  /**
   * Finishes a sum. Scale and shift, which come after the last weights, are read anew for each: all
   * registers hold sums, and one that had to leave for them would be missed in the loop, too.
   */
  private void finish(EpilogueSpec epilogue, int sum, int q) {
    int scale = firstWeights;
    int shift = firstWeights + 1;
    if (epilogue.affine()) {
      Index scales = Index.of(WEIGHT).plus(q * Vectors.LANES);
      kernel.load(WEIGHTS, scales).set(scale);
      kernel.load(WEIGHTS, scales.plus(panel)).set(shift);
    }
    new EpilogueCode(kernel, epilogue, OUT, shift + 1).apply(sum, scale, shift, out(q));
  }

  private void nextPixel() {
    kernel.address(OUT_OFFSET, Index.of(OUT_OFFSET).plus(OUT_STRIDE, 1));
  }

  private void addRun(Run run) {
    Tap tap = run.tap();
    kernel.loop(
        TAP,
        run.first(),
        run.first() + run.count(),
        1,
        () -> {
          code.aload(IN_OFFSETS).iload(TAP).iaload().istore(BASE);
          addFirstPixel(tap);
          int together = together(tap);
          int even = tap.channels() / together * together;
          kernel.loop(K, 0, even, together, () -> addChannels(tap, together));
          kernel.loop(K, even, tap.channels(), 1, () -> addChannels(tap, 1));
          kernel.address(WEIGHT, Index.of(WEIGHT).plus(tap.depth() * panel));
        });
  }

  private void addFirstPixel(Tap tap) {
    if (!tap.isInRows()) {
      kernel.address(BASE, Index.of(BASE).plus(PIXEL, tap.pixelStride()));
      return;
    }
    code.iload(PIXEL).loadConstant(tap.columns()).idiv().loadConstant(tap.rowStride()).imul();
    code.iload(BASE).iadd().istore(BASE);
  }

  /** How many channels a turn of the loop adds: several, where it takes many and loads little. */
  private int together(Tap tap) {
    boolean loadsLittle = spec.pixels() > 1 && spec.vectors() > 1;
    boolean unrolls = FEW_REGISTERS && FREE_FENCES && loadsLittle;
    if (!unrolls || tap.channels() < MIN_FOR_TWO) {
      return 1;
    }
    return tap.channels() < MIN_FOR_FOUR ? 2 : 4;
  }

  private void addChannels(Tap tap, int count) {
    for (int k = 0; k < count; k++) {
      addChannel(tap, k, count > 1);
    }
  }

  /**
   * Adds one channel.
   *
   * @param k the distance from that of the loop
   * @param fenced whether nothing is loaded before it is used next, but for a second input
   */
  private void addChannel(Tap tap, int k, boolean fenced) {
    if (k > 0) {
      kernel.fence();
    }
    int row = tap.positions() * panel;
    for (int i = 0; i < tap.positions() * spec.vectors(); i++) {
      Index weights = Index.of(WEIGHT).plus(K, row).plus(k * row + i * Vectors.LANES);
      kernel.load(WEIGHTS, weights).set(firstWeights + i);
    }
    inputs(tap)
        .forEach(
            (offset, products) -> {
              if (fenced) {
                kernel.fence();
              }
              Index input = Index.of(BASE).plus(K, tap.channelStride());
              kernel.broadcast(IN, input.plus(k * tap.channelStride() + offset)).set(INPUT);
              products.forEach(this::multiplyAdd);
            });
  }

  /** Where in its window a pixel meets an input. */
  private record Meeting(int pixel, int position) {}

  /** What each input is multiplied for, by its distance from the first. */
  private Map<Integer, List<Meeting>> inputs(Tap tap) {
    Map<Integer, List<Meeting>> inputs = new TreeMap<>();
    for (int p = 0; p < spec.pixels(); p++) {
      for (int i = 0; i < tap.positions(); i++) {
        inputs
            .computeIfAbsent(tap.offset(p) + i * tap.positionStride(), _ -> new ArrayList<>())
            .add(new Meeting(p, i));
      }
    }
    return inputs;
  }

  private void multiplyAdd(Meeting meeting) {
    for (int q = 0; q < spec.vectors(); q++) {
      int sum = sum(meeting.pixel(), q);
      int weights = firstWeights + meeting.position() * spec.vectors() + q;
      kernel.get(INPUT).get(weights).get(sum).multiplyAdd().set(sum);
    }
  }

  private int sum(int p, int q) {
    return FIRST_SUM + p * spec.vectors() + q;
  }

  private static Index out(int q) {
    return Index.of(OUT_OFFSET).plus(q * Vectors.LANES);
  }
}
