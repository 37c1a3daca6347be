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
import java.util.TreeMap;

/**
 * Writes the class of a {@link TileKernel}:
 *
 * <pre>
 * tile(in, inOffsets, weights, w, out, o, pixel, dry):
 *   return if dry
 *   start the P x Q sums
 *   for (tap = first; tap &lt; end; tap++)           once for each run of equal taps
 *     i = inOffsets[tap] + pixel * pixelStride
 *     for each channel                           several at a time, if there are many
 *       P x Q multiply-adds, unrolled
 *       i += channelStride; w += panel
 *   finish and store the P x Q sums
 * </pre>
 *
 * Every run of equal taps is code of its own. A method with too many of them would be too large for
 * the compilers, so a tile is several methods where needed, each adding to what the one before
 * stored.
 */
final class TileGenerator {
  private static final int MAX_RUNS = 2;

  /** Arithmetic, loads and stores of a method. The first compiler gives up on much larger ones. */
  private static final int MAX_OPERATIONS = 200;

  private static final MethodTypeDesc SIGNATURE =
      MethodTypeDesc.of(CD_void, FLOATS, INTS, FLOATS, CD_int, FLOATS, CD_int, CD_int, CD_boolean);

  private static final int THIS = 0;
  private static final int IN = 1;
  private static final int IN_OFFSETS = 2;
  private static final int WEIGHTS = 3;
  private static final int WEIGHT = 4;
  private static final int OUT = 5;
  private static final int OUT_OFFSET = 6;
  private static final int PIXEL = 7;
  private static final int DRY = 8;
  private static final int TAP = 9;
  private static final int IN_OFFSET = 10;
  private static final int CHANNEL = 11;
  private static final int END = 12;
  private static final int RESIDUAL = 13;
  private static final int INPUT = 14;
  private static final int FIRST_SUM = 15;

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
            TileGenerator.class.getPackageName(), "Tile" + spec.pixels() + "x" + spec.vectors());
    return KernelCode.classFile(name, TileKernel.class, builder -> addMethods(builder, name, spec));
  }

  private static void addMethods(ClassBuilder builder, ClassDesc name, TileSpec spec) {
    List<List<Run>> parts = parts(spec);
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

  private static List<List<Run>> parts(TileSpec spec) {
    List<List<Run>> parts = new ArrayList<>();
    for (Run run : runs(spec.taps())) {
      if (parts.isEmpty() || !hasRoom(spec, parts.getLast(), run)) {
        parts.add(new ArrayList<>());
      }
      parts.getLast().add(run);
    }
    return parts;
  }

  private static boolean hasRoom(TileSpec spec, List<Run> part, Run next) {
    int operations = spec.pixels() * spec.vectors() * (1 + spec.epilogue().operations());
    operations += part.stream().mapToInt(run -> operations(spec, run.tap())).sum();
    return part.size() < MAX_RUNS && operations + operations(spec, next.tap()) <= MAX_OPERATIONS;
  }

  private static int operations(TileSpec spec, Tap tap) {
    int sums = spec.pixels() * spec.vectors();
    return TapLoop.of(spec, tap).channels()
        * tap.positions()
        * (sums + spec.pixels() + spec.vectors());
  }

  private void callParts(ClassDesc owner, int parts) {
    for (int part = 0; part < parts; part++) {
      code.aload(THIS).aload(IN).aload(IN_OFFSETS).aload(WEIGHTS).iload(WEIGHT);
      code.aload(OUT).iload(OUT_OFFSET).iload(PIXEL).iload(DRY);
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
    kernel.address(OUT_OFFSET, Index.of(OUT_OFFSET).plus(PIXEL, spec.outStride()));
    startSums(runs.getFirst().first() == 0);
    int bias = spec.epilogue().bias() ? panel : 0;
    kernel.address(WEIGHT, Index.of(WEIGHT).plus(bias + firstWeight));
    runs.forEach(this::addRun);
    EpilogueSpec left = last ? spec.epilogue() : EpilogueSpec.COPY;
    if (left.residual()) {
      code.aload(IN_OFFSETS).loadConstant(spec.taps().size()).iaload().istore(RESIDUAL);
      kernel.address(RESIDUAL, Index.of(RESIDUAL).plus(PIXEL, spec.residualStride()));
    }
    for (int p = 0; p < spec.pixels(); p++) {
      for (int q = 0; q < spec.vectors(); q++) {
        finish(left, p, q);
        kernel.get(sum(p, q)).store(OUT, out(p, q));
      }
    }
    code.return_();
  }

  /** Zeros are loaded: of known ones the compiler would keep a copy, for which a sum has to go. */
  private void startSums(boolean first) {
    if (first) {
      for (int q = 0; q < spec.vectors(); q++) {
        if (spec.epilogue().bias()) {
          kernel.load(WEIGHTS, Index.of(WEIGHT).plus(q * Vectors.LANES)).set(sum(0, q));
        } else {
          kernel.blank().set(sum(0, q));
        }
        for (int p = 1; p < spec.pixels(); p++) {
          kernel.get(sum(0, q)).set(sum(p, q));
        }
      }
      return;
    }
    for (int p = 0; p < spec.pixels(); p++) {
      for (int q = 0; q < spec.vectors(); q++) {
        kernel.load(OUT, out(p, q)).set(sum(p, q));
      }
    }
  }

  /**
   * Finishes a sum. Scale and shift, which come after the last weights, are read anew for each: all
   * registers hold sums, and one that had to leave for them would be missed in the loop, too.
   */
  private void finish(EpilogueSpec epilogue, int p, int q) {
    int scale = firstWeights;
    int shift = firstWeights + 1;
    if (epilogue.affine()) {
      Index scales = Index.of(WEIGHT).plus(q * Vectors.LANES);
      kernel.load(WEIGHTS, scales).set(scale);
      kernel.load(WEIGHTS, scales.plus(panel)).set(shift);
    }
    Index residual = Index.of(RESIDUAL).plus(p * spec.residualStride() + q * Vectors.LANES);
    new EpilogueCode(kernel, epilogue, OUT, shift + 1).apply(sum(p, q), scale, shift, residual);
  }

  private void addRun(Run run) {
    kernel.loop(
        TAP,
        run.first(),
        run.first() + run.count(),
        1,
        () -> {
          code.aload(IN_OFFSETS).iload(TAP).iaload().istore(IN_OFFSET);
          addFirstPixel(run.tap());
          addTap(run.tap());
        });
  }

  private void addFirstPixel(Tap tap) {
    if (!tap.isInRows()) {
      kernel.address(IN_OFFSET, Index.of(IN_OFFSET).plus(PIXEL, tap.pixelStride()));
      return;
    }
    code.iload(PIXEL).loadConstant(tap.columns()).idiv().loadConstant(tap.rowStride()).imul();
    code.iload(IN_OFFSET).iadd().istore(IN_OFFSET);
  }

  private void addTap(Tap tap) {
    TapLoop loop = TapLoop.of(spec, tap);
    Index weights = Index.of(WEIGHT);
    Index inputs = Index.of(IN_OFFSET);
    if (loop.fenced()) {
      addChannels(tap, loop.first());
      kernel.address(END, weights.plus((tap.channels() - loop.first()) * row(tap)));
      kernel.loopUntilEqual(WEIGHT, END, () -> addChannels(tap, loop.turn()));
    } else {
      Index row = weights.plus(CHANNEL, row(tap));
      Index channel = inputs.plus(CHANNEL, tap.channelStride());
      kernel.loop(CHANNEL, 0, tap.channels(), 1, () -> addChannel(tap, row, channel, false));
      kernel.address(WEIGHT, weights.plus(tap.depth() * panel));
    }
  }

  /** The weights of a channel. */
  private int row(Tap tap) {
    return tap.positions() * panel;
  }

  /** Adds the next channels, and goes on to those after them. */
  private void addChannels(Tap tap, int count) {
    Index weights = Index.of(WEIGHT);
    Index inputs = Index.of(IN_OFFSET);
    for (int k = 0; k < count; k++) {
      kernel.fence();
      addChannel(tap, weights.plus(k * row(tap)), inputs.plus(k * tap.channelStride()), true);
    }
    if (count > 0) {
      kernel.address(WEIGHT, weights.plus(count * row(tap)));
      kernel.address(IN_OFFSET, inputs.plus(count * tap.channelStride()));
    }
  }

  /**
   * Adds one channel.
   *
   * @param row where its weights start
   * @param channel where the input of the first pixel lies
   * @param fenced whether no input is loaded before the one before it has been used
   */
  private void addChannel(Tap tap, Index row, Index channel, boolean fenced) {
    for (int i = 0; i < tap.positions() * spec.vectors(); i++) {
      kernel.load(WEIGHTS, row.plus(i * Vectors.LANES)).set(firstWeights + i);
    }
    inputs(tap)
        .forEach(
            (offset, products) -> {
              if (fenced) {
                kernel.fence();
              }
              kernel.broadcast(IN, channel.plus(offset)).set(INPUT);
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

  private Index out(int p, int q) {
    return Index.of(OUT_OFFSET).plus(p * spec.outStride() + q * Vectors.LANES);
  }
}
