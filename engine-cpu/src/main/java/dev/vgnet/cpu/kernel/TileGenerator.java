package dev.vgnet.cpu.kernel;

import static dev.vgnet.cpu.kernel.KernelCode.FLOATS;
import static dev.vgnet.cpu.kernel.KernelCode.INTS;
import static java.lang.classfile.ClassFile.ACC_PRIVATE;
import static java.lang.classfile.ClassFile.ACC_PUBLIC;
import static java.lang.classfile.ClassFile.ACC_STATIC;
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
import java.util.function.Consumer;

/**
 * Writes the class of a {@link TileKernel}:
 *
 * <pre>
 * run(in, inOffsets, weights, w, out, o, pixels, residual, dry):
 *   last = lastTile(pixels, P)
 *   for (pixel = 0; pixel &lt; last; pixel += P)  tile(..., pixel)
 *   tile(..., last)
 *
 * tile(in, inOffsets, weights, w, out, o, pixel, residual, dry):
 *   for (tap = first; tap &lt; end; tap++)           once for each run of equal taps, if not dry
 *     base = inOffsets[tap] + pixel * pixelStride
 *     for (k = 0; k &lt; channels; k++)
 *       P x Q multiply-adds, unrolled
 *   finish the P x Q sums and store them
 * </pre>
 *
 * Every run of equal taps is code of its own. A method with too many of them would be too large for
 * the compilers, so a tile is several methods where needed, each adding to what the one before
 * stored; and an epilogue that is too long for all sums at once is a method with a loop over the
 * pixels.
 */
final class TileGenerator {
  private static final int MAX_RUNS = 2;

  /**
   * Operations on sums in a tile method. The compiler that profiles gives up on methods of more
   * than about 39 sums that are loaded, added to and stored, and then the best one never sees them.
   */
  private static final int MAX_OPERATIONS = 110;

  private static final MethodTypeDesc SIGNATURE =
      MethodTypeDesc.of(
          CD_void, FLOATS, INTS, FLOATS, CD_int, FLOATS, CD_int, CD_int, CD_int, CD_boolean);

  // Locals of a tile method; the instance method run has them one further up.
  private static final int IN = 0;
  private static final int IN_OFFSETS = 1;
  private static final int WEIGHTS = 2;
  private static final int WEIGHT = 3;
  private static final int OUT = 4;
  private static final int OUT_OFFSET = 5;
  private static final int PIXEL = 6;
  private static final int RESIDUAL = 7;
  private static final int DRY = 8;
  private static final int TAP = 9;
  private static final int BASE = 10;
  private static final int K = 11;
  private static final int INPUT = 12;
  private static final int FIRST_WEIGHTS = 13;

  /** Consecutive taps of one shape. */
  private record Run(Tap tap, int first, int count) {}

  private final TileSpec spec;
  private final CodeBuilder code;
  private final KernelCode kernel;
  private final int panel;

  private final EpilogueCode epilogue;
  private final int scale;
  private final int shift;

  private TileGenerator(TileSpec spec, CodeBuilder code) {
    this.spec = spec;
    this.code = code;
    kernel = new KernelCode(code);
    panel = spec.panel();
    scale = sum(spec.pixels(), 0);
    shift = scale + 1;
    epilogue = new EpilogueCode(kernel, spec.epilogue(), OUT, shift + 1);
  }

  static byte[] generate(TileSpec spec) {
    ClassDesc name =
        ClassDesc.of(
            TileGenerator.class.getPackageName(),
            "Tile%dx%d".formatted(spec.pixels(), spec.vectors()));
    List<List<Run>> parts = parts(runs(spec.taps()));
    return KernelCode.classFile(
        name,
        TileKernel.class,
        builder -> {
          List<String> tiles = new ArrayList<>();
          int weight = spec.epilogue().bias() ? spec.panel() : 0;
          for (List<Run> runs : parts) {
            boolean first = tiles.isEmpty();
            boolean finished = tiles.size() == parts.size() - 1 && finishesInPlace(spec);
            int firstWeight = weight;
            tiles.add("tile" + tiles.size());
            addMethod(
                builder,
                spec,
                tiles.getLast(),
                generator -> generator.tile(runs, first, finished, firstWeight));
            for (Run run : runs) {
              weight += run.count() * run.tap().channels() * spec.panel();
            }
          }
          if (!finishesInPlace(spec)) {
            int firstWeight = weight;
            tiles.add("finish");
            addMethod(builder, spec, "finish", generator -> generator.finish(firstWeight));
          }
          builder.withMethodBody(
              "run", SIGNATURE, ACC_PUBLIC, code -> new TileGenerator(spec, code).run(name, tiles));
        });
  }

  private static void addMethod(
      ClassBuilder builder, TileSpec spec, String name, Consumer<TileGenerator> body) {
    builder.withMethodBody(
        name,
        SIGNATURE,
        ACC_PRIVATE | ACC_STATIC,
        code -> {
          body.accept(new TileGenerator(spec, code));
          code.return_();
        });
  }

  private static boolean finishesInPlace(TileSpec spec) {
    int operations = 3 + spec.epilogue().operations();
    return spec.epilogue().operations() == 0
        || spec.pixels() * spec.vectors() * operations <= MAX_OPERATIONS;
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

  private void run(ClassDesc owner, List<String> tiles) {
    int pixels = PIXEL + 1;
    int pixel = DRY + 2;
    int last = pixel + 1;
    code.iload(pixels)
        .loadConstant(spec.pixels())
        .invokestatic(
            KernelCode.desc(TileKernel.class),
            "lastTile",
            MethodTypeDesc.of(CD_int, CD_int, CD_int),
            true)
        .istore(last);
    code.iconst_0().istore(pixel);
    kernel.loopWhileLess(
        pixel, () -> code.iload(last), spec.pixels(), () -> callTiles(owner, tiles, pixel));
    callTiles(owner, tiles, last);
    code.return_();
  }

  private void callTiles(ClassDesc owner, List<String> tiles, int pixel) {
    for (String tile : tiles) {
      code.aload(IN + 1).aload(IN_OFFSETS + 1).aload(WEIGHTS + 1).iload(WEIGHT + 1);
      code.aload(OUT + 1).iload(OUT_OFFSET + 1).iload(pixel).iload(RESIDUAL + 1);
      code.iload(DRY + 1);
      code.invokestatic(owner, tile, SIGNATURE);
    }
  }

  private void tile(List<Run> runs, boolean first, boolean finished, int firstWeight) {
    startTile(firstWeight);
    for (int q = 0; q < spec.vectors(); q++) {
      for (int p = 0; p < spec.pixels(); p++) {
        if (!first) {
          kernel.load(OUT, out(p, q)).set(sum(p, q));
        } else if (p > 0) {
          kernel.get(sum(0, q)).set(sum(p, q));
        } else if (spec.epilogue().bias()) {
          kernel.load(WEIGHTS, weights(q).plus(-panel)).set(sum(p, q));
        } else {
          kernel.zero().set(sum(p, q));
        }
      }
    }
    Label added = code.newLabel();
    code.iload(DRY).ifne(added);
    runs.forEach(this::addRun);
    code.labelBinding(added);
    for (int q = 0; q < spec.vectors(); q++) {
      if (finished) {
        loadAffine(q);
      }
      for (int p = 0; p < spec.pixels(); p++) {
        if (finished) {
          epilogue.apply(sum(p, q), scale, shift, residual(p, q));
        }
        kernel.get(sum(p, q)).store(OUT, out(p, q));
      }
    }
  }

  /** Finishes sums that have been stored. */
  private void finish(int firstWeight) {
    startTile(firstWeight);
    int x = sum(0, 0);
    for (int q = 0; q < spec.vectors(); q++) {
      Index out = Index.of(OUT_OFFSET).plus(K, spec.outStride()).plus(q * Vectors.LANES);
      Index residual = Index.of(RESIDUAL).plus(K, spec.residualStride()).plus(q * Vectors.LANES);
      loadAffine(q);
      kernel.loop(
          K,
          0,
          spec.pixels(),
          1,
          () -> {
            kernel.load(OUT, out).set(x);
            epilogue.apply(x, scale, shift, residual);
            kernel.get(x).store(OUT, out);
          });
    }
  }

  private void startTile(int firstWeight) {
    kernel.address(OUT_OFFSET, Index.of(OUT_OFFSET).plus(PIXEL, spec.outStride()));
    kernel.address(RESIDUAL, Index.of(RESIDUAL).plus(PIXEL, spec.residualStride()));
    kernel.address(WEIGHT, Index.of(WEIGHT).plus(firstWeight));
  }

  private void loadAffine(int q) {
    if (spec.epilogue().affine()) {
      kernel.load(WEIGHTS, weights(q)).set(scale);
      kernel.load(WEIGHTS, weights(q).plus(panel)).set(shift);
    }
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
          kernel.address(BASE, Index.of(BASE).plus(PIXEL, tap.pixelStride()));
          kernel.loop(K, 0, tap.channels(), 1, () -> addChannel(tap));
          kernel.address(WEIGHT, Index.of(WEIGHT).plus(tap.channels() * panel));
        });
  }

  private void addChannel(Tap tap) {
    for (int q = 0; q < spec.vectors(); q++) {
      Index weights = Index.of(WEIGHT).plus(K, panel).plus(q * Vectors.LANES);
      kernel.load(WEIGHTS, weights).set(FIRST_WEIGHTS + q);
    }
    for (int p = 0; p < spec.pixels(); p++) {
      Index input = Index.of(BASE).plus(K, tap.channelStride()).plus(p * tap.pixelStride());
      kernel.broadcast(IN, input).set(INPUT);
      for (int q = 0; q < spec.vectors(); q++) {
        kernel.get(INPUT).get(FIRST_WEIGHTS + q).get(sum(p, q)).multiplyAdd().set(sum(p, q));
      }
    }
  }

  private int sum(int p, int q) {
    return FIRST_WEIGHTS + spec.vectors() + p * spec.vectors() + q;
  }

  private Index weights(int q) {
    return Index.of(WEIGHT).plus(q * Vectors.LANES);
  }

  private Index residual(int p, int q) {
    return Index.of(RESIDUAL).plus(p * spec.residualStride() + q * Vectors.LANES);
  }

  private Index out(int p, int q) {
    return Index.of(OUT_OFFSET).plus(p * spec.outStride() + q * Vectors.LANES);
  }
}
