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
 *   for each run of taps of one shape, unrolled
 *     for each of its taps
 *       i = inOffsets[tap] + pixel * pixelStride
 *       for each channel                         several at a time, if there are many
 *         P x Q multiply-adds, unrolled
 *         i++; w += panel
 *   finish and store the P x Q sums
 * </pre>
 *
 * Every run is code of its own. A method with too many of them would be too large for the
 * compilers, so a tile is several methods where needed, each going on with what the one before
 * stored; the last of them may just finish it.
 */
final class TileGenerator {
  private static final int MAX_RUNS = 2;

  /** Arithmetic, loads and stores of a method. The first compiler gives up on much larger ones. */
  private static final int MAX_OPERATIONS = 200;

  /** The operations that loading a stored sum counts for: its index takes room, too. */
  private static final int LOADED_SUM = 2;

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
  private static final int END_TAP = 15;
  private static final int FIRST_SUM = 16;

  /**
   * What one method does.
   *
   * @param runs that follow each other, which it adds up, or none
   * @param finishes whether it also finishes the sums
   */
  private record Part(List<Tap> runs, int first, boolean finishes) {
    int end() {
      return first + runs.size();
    }
  }

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
    firstWeights = FIRST_SUM + spec.sums();
  }

  static byte[] generate(TileSpec spec) {
    ClassDesc name =
        ClassDesc.of(
            TileGenerator.class.getPackageName(), "Tile" + spec.pixels() + "x" + spec.vectors());
    return KernelCode.classFile(name, TileKernel.class, builder -> addMethods(builder, name, spec));
  }

  private static void addMethods(ClassBuilder builder, ClassDesc name, TileSpec spec) {
    List<Part> parts = parts(spec);
    if (parts.size() == 1) {
      builder.withMethodBody(
          "tile",
          SIGNATURE,
          ACC_PUBLIC,
          code -> new TileGenerator(spec, code).tile(parts.getFirst()));
      return;
    }
    for (int i = 0; i < parts.size(); i++) {
      Part part = parts.get(i);
      builder.withMethodBody(
          "tile" + i, SIGNATURE, ACC_PRIVATE, code -> new TileGenerator(spec, code).tile(part));
    }
    builder.withMethodBody(
        "tile",
        SIGNATURE,
        ACC_PUBLIC,
        code -> new TileGenerator(spec, code).callParts(name, parts.size()));
  }

  private static List<Part> parts(TileSpec spec) {
    List<Part> parts = new ArrayList<>();
    int runs = spec.runs().size();
    for (int first = 0, end; first < runs; first = end) {
      end = first + 1;
      while (end < runs && end - first < MAX_RUNS && hasRoom(spec, first, end + 1, 0)) {
        end++;
      }
      boolean finishes = end == runs && hasRoom(spec, first, end, spec.epilogue().operations());
      parts.add(new Part(spec.runs().subList(first, end), first, finishes));
    }
    if (!parts.getLast().finishes()) {
      parts.add(new Part(List.of(), runs, true));
    }
    return parts;
  }

  /** Whether a method may add up some runs and do so many operations on each of the sums. */
  private static boolean hasRoom(TileSpec spec, int first, int end, int finish) {
    int start = first == 0 ? 0 : LOADED_SUM;
    int store = 1;
    int operations = spec.sums() * (start + finish + store);
    for (Tap run : spec.runs().subList(first, end)) {
      operations += operations(spec, run);
    }
    return operations <= MAX_OPERATIONS;
  }

  private static int operations(TileSpec spec, Tap tap) {
    return TapLoop.of(spec, tap).channels()
        * tap.positions()
        * (spec.sums() + spec.pixels() + spec.vectors());
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
   * Writes a method of some of the runs. It returns at once if it is dry: if just the loops were
   * left out, the compiler would find them hardly more frequent than the code around them, and keep
   * sums in memory there.
   */
  private void tile(Part part) {
    Label real = code.newLabel();
    code.iload(DRY).ifeq(real).return_().labelBinding(real);
    if (part.first() > 0) {
      addFirstOutput();
    }
    startSums(part.first() == 0);
    kernel.address(WEIGHT, Index.of(WEIGHT).plus(spec.epilogue().bias() ? panel : 0));
    code.loadConstant(spec.runs().size()).istore(TAP);
    for (int run = 0; run < part.first(); run++) {
      skip(run);
    }
    for (int run = part.first(); run < part.end(); run++) {
      add(run);
    }
    if (part.first() == 0) {
      addFirstOutput();
    }
    EpilogueSpec left = part.finishes() ? spec.epilogue() : EpilogueSpec.COPY;
    if (left.residual()) {
      code.aload(IN_OFFSETS).iload(TAP).iaload().istore(RESIDUAL);
      kernel.address(RESIDUAL, Index.of(RESIDUAL).plus(PIXEL, spec.residualStride()));
    }
    for (int q = 0; q < spec.vectors(); q++) {
      finish(left, q);
    }
    code.return_();
  }

  /** Where the output of the first pixel goes: known late, it takes no register before. */
  private void addFirstOutput() {
    kernel.address(OUT_OFFSET, Index.of(OUT_OFFSET).plus(PIXEL, spec.outStride()));
  }

  /** Goes past the offsets and weights of a run that another method has added. */
  private void skip(int run) {
    int weights = spec.runs().get(run).depth() * panel;
    pushEnd(run);
    code.istore(END_TAP);
    kernel.address(WEIGHT, Index.of(WEIGHT).plus(END_TAP, weights).plus(TAP, -weights));
    code.iload(END_TAP).istore(TAP);
  }

  /** The index behind the offsets of a run. */
  private void pushEnd(int run) {
    code.aload(IN_OFFSETS).loadConstant(run).iaload();
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

  /** Finishes and stores the sums of some channels, whose scale and shift are read once for all. */
  private void finish(EpilogueSpec epilogue, int q) {
    int scale = firstWeights;
    int shift = firstWeights + 1;
    if (epilogue.affine()) {
      Index scales = Index.of(WEIGHT).plus(q * Vectors.LANES);
      kernel.load(WEIGHTS, scales).set(scale);
      kernel.load(WEIGHTS, scales.plus(panel)).set(shift);
    }
    EpilogueCode finish = new EpilogueCode(kernel, epilogue, OUT, shift + 1);
    for (int p = 0; p < spec.pixels(); p++) {
      Index residual = Index.of(RESIDUAL).plus(p * spec.residualStride() + q * Vectors.LANES);
      finish.apply(sum(p, q), scale, shift, residual);
      kernel.get(sum(p, q)).store(OUT, out(p, q));
    }
  }

  /**
   * Where the loops over channels are none that the compiler counts, this one is none, either: it
   * then leaves the first turn of those in the loop, and so has less to compile. As registers are
   * few there, the end is read again after each tap.
   */
  private void add(int run) {
    Tap tap = spec.runs().get(run);
    if (spec.single()) {
      addTap(tap);
      code.iinc(TAP, 1);
      return;
    }
    if (!TapLoop.of(spec, tap).fenced()) {
      pushEnd(run);
      code.istore(END_TAP);
      kernel.loopWhileLess(TAP, () -> code.iload(END_TAP), 1, () -> addTap(tap));
      return;
    }
    kernel.loopUntilEqual(
        TAP,
        () -> pushEnd(run),
        () -> {
          addTap(tap);
          code.iinc(TAP, 1);
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
    code.aload(IN_OFFSETS).iload(TAP).iaload().istore(IN_OFFSET);
    addFirstPixel(tap);
    TapLoop loop = TapLoop.of(spec, tap);
    Index weights = Index.of(WEIGHT);
    Index inputs = Index.of(IN_OFFSET);
    if (loop.fenced()) {
      addChannels(tap, loop.first());
      kernel.address(END, weights.plus((tap.channels() - loop.first()) * row(tap)));
      kernel.loopUntilEqual(WEIGHT, () -> code.iload(END), () -> addChannels(tap, loop.turn()));
    } else {
      Index row = weights.plus(CHANNEL, row(tap));
      Index channel = inputs.plus(CHANNEL, 1);
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
      addChannel(tap, weights.plus(k * row(tap)), inputs.plus(k), true);
    }
    if (count > 0) {
      kernel.address(WEIGHT, weights.plus(count * row(tap)));
      kernel.address(IN_OFFSET, inputs.plus(count));
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
