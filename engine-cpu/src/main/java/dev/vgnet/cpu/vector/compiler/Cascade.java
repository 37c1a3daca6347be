package dev.vgnet.cpu.vector.compiler;

import dev.vgnet.cpu.kernel.AlignedArrays;
import dev.vgnet.cpu.kernel.DepthwiseSpec;
import dev.vgnet.cpu.vector.pass.ArrayLength;
import dev.vgnet.cpu.vector.pass.ImageRowsPass;
import dev.vgnet.cpu.vector.pass.RowSource;
import dev.vgnet.cpu.vector.pass.View;
import dev.vgnet.cpu.vector.pass.Window;
import dev.vgnet.plan.Buffer;
import dev.vgnet.plan.JoinedSteps;
import dev.vgnet.plan.Plan;
import dev.vgnet.plan.Readers;
import dev.vgnet.plan.Step;
import dev.vgnet.plan.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Steps in a row, each of which alone reads what the one before writes, a few rows at a time. They
 * take turns, so that of a map too large for a cache only those rows are kept. Most are one step.
 *
 * @param image the first step, if it is a convolution that reads the caller's image, of which only
 *     rows are kept, too
 * @param follows whether a worker may compute rows of it right after the same rows of the cascade
 *     before, without waiting for others
 */
public record Cascade(JoinedSteps joined, Optional<Step.Convolution> image, boolean follows) {
  /** Floats of a map that stay in a second-level cache from one step to the next. */
  private static final int CACHED_MAP = 1 << 17;

  /** Floats of rows and weights that stay in a second-level cache all the time. */
  private static final int CACHED_ROWS = 1 << 18;

  /** Of the rows of the first step, one in so many may be computed twice to share an image. */
  private static final int LEAST_PER_OVERLAP = 8;

  /** With more blocks a worker who is held up is helped better, if few rows are computed twice. */
  private static final int WANTED_PER_OVERLAP = 16;

  private static final int BLOCKS_PER_WORKER = 2;

  /** The same where none is. */
  private static final int FREE_BLOCKS_PER_WORKER = 16;

  /**
   * All steps of a plan, in order.
   *
   * @param threads who share an image
   */
  public static List<Cascade> of(Plan plan, int threads) {
    List<Cascade> cascades = new ArrayList<>();
    for (Step step : plan.steps()) {
      if (!cascades.isEmpty() && cascades.getLast().mayTake(step, plan, threads)) {
        cascades.add(cascades.removeLast().then(step));
      } else {
        boolean follows = !cascades.isEmpty() && cascades.getLast().isFollowedBy(step, threads);
        JoinedSteps alone = new JoinedSteps(List.of(step));
        cascades.add(new Cascade(alone, imageConvolution(step, plan), follows));
      }
    }
    return List.copyOf(cascades);
  }

  /** Cascades and those that follow them, as long as which all that they read has to be kept. */
  static List<JoinedSteps> together(List<Cascade> cascades) {
    List<JoinedSteps> all = new ArrayList<>();
    for (Cascade cascade : cascades) {
      List<Step> before = cascade.follows ? all.removeLast().steps() : List.of();
      all.add(new JoinedSteps(Stream.concat(before.stream(), cascade.steps().stream()).toList()));
    }
    return all;
  }

  private Cascade then(Step next) {
    List<Step> steps = Stream.concat(steps().stream(), Stream.of(next)).toList();
    return new Cascade(new JoinedSteps(steps), image, false);
  }

  /** A step that reads the image where the caller has it. */
  public static Optional<Step.Convolution> imageConvolution(Step step, Plan plan) {
    return step instanceof Step.Convolution convolution
            && convolution.groups() == 1
            && convolution.input().segments().stream()
                .allMatch(segment -> segment.buffer().equals(plan.input()))
        ? Optional.of(convolution)
        : Optional.empty();
  }

  public List<Step> steps() {
    return joined.steps();
  }

  /**
   * Whether each pixel of the next step needs no others of this one's, and there are threads who
   * would wait for each other in between.
   */
  private boolean isFollowedBy(Step next, int threads) {
    Buffer output = joined.last().output();
    return threads > 1
        && steps().size() == 1
        && joined.last() instanceof Step.Depthwise
        && next instanceof Step.Pointwise pointwise
        && pointwise.prologue().isNone()
        && next.output().height() == output.height()
        && next.output().width() == output.width();
  }

  private boolean mayTake(Step next, Plan plan, int threads) {
    Buffer between = joined.last().output();
    return (long) between.height() * between.width() * Placement.stride(between) > CACHED_MAP
        && writesRows()
        && readsRows(next)
        && next.inputs().getFirst().equals(Value.of(between))
        && Readers.isOnlyInput(plan, between, next)
        && then(next).size() <= CACHED_ROWS
        && then(next).blocksOf(LEAST_PER_OVERLAP) >= threads;
  }

  /** Whether the last step can write single rows, to any place. */
  private boolean writesRows() {
    return switch (joined.last()) {
      case Step.Convolution s -> image.isPresent() && s.epilogue().residual().isEmpty();
      case Step.Pointwise s -> s.prologue().isNone() && s.epilogue().residual().isEmpty();
      case Step.Depthwise s -> DepthwiseSpec.supports(s.kernel(), s.padding());
      default -> false;
    };
  }

  /** Whether a step can read its input row by row, from any place. */
  private static boolean readsRows(Step step) {
    return switch (step) {
      case Step.Pointwise s -> s.prologue().isNone();
      case Step.Depthwise s -> DepthwiseSpec.supports(s.kernel(), s.padding());
      case Step.Pool _ -> true;
      default -> false;
    };
  }

  /** Floats that are used again and again. */
  private long size() {
    return rowsSize() + steps().stream().mapToLong(Cascade::weights).sum();
  }

  private static long weights(Step step) {
    return switch (step) {
      case Step.Convolution s ->
          (long) s.kernel() * s.kernel() * s.input().channels() * s.output().channels();
      case Step.Pointwise s -> (long) s.input().channels() * s.output().channels();
      default -> 0;
    };
  }

  /** The window through which a step reads rows of the step before. */
  static Window window(Step step) {
    return switch (step) {
      case Step.Depthwise s -> new Window(s.kernel(), s.stride(), s.padding());
      case Step.Pool s -> new Window(s.kernel(), s.stride(), s.padding());
      default -> new Window(1, 1, 0);
    };
  }

  /**
   * Into how many blocks of rows a cascade is cut.
   *
   * @param threads who share an image
   */
  int blocks(int threads) {
    int each = steps().size() > 1 ? BLOCKS_PER_WORKER : FREE_BLOCKS_PER_WORKER;
    int most = Math.min(each * threads, joined.last().output().height());
    return threads == 1
        ? 1
        : Math.clamp(blocksOf(WANTED_PER_OVERLAP), Math.min(threads, most), most);
  }

  /**
   * The most blocks that compute few rows of the first step twice.
   *
   * @param perOverlap rows for each that is
   */
  private long blocksOf(int perOverlap) {
    int overlap = 0;
    for (Step step : steps().subList(1, steps().size()).reversed()) {
      Window window = window(step);
      overlap = overlap * window.stride() + Math.max(window.kernel() - window.stride(), 0);
    }
    int height = steps().getFirst().output().height();
    return overlap == 0 ? height : 1 + height / (perOverlap * (long) overlap);
  }

  /** The floats of all rows that are kept. */
  long rowsSize() {
    return imageRowsSize() + rows().values().stream().mapToLong(Cascade::size).sum();
  }

  /** The rows of the image that a convolution reads, which come before all others. */
  static View imageRows(Step.Convolution step) {
    return ImageRowsPass.rows(RowSource.Image.of(step.input()), step.padding(), step.kernel(), 0);
  }

  private long imageRowsSize() {
    return image.map(step -> AlignedArrays.wholeLines(size(imageRows(step)))).orElse(0L);
  }

  private static long size(View rows) {
    return (long) rows.lines() * rows.width() * rows.whole().stride();
  }

  /** The maps of which only some rows are kept, one after the other. */
  Map<Buffer, View> rows() {
    Map<Buffer, View> rows = new HashMap<>();
    long offset = imageRowsSize();
    for (int i = 1; i < steps().size(); i++) {
      Buffer map = steps().get(i - 1).output();
      int lines = Math.min(window(steps().get(i)).kernel(), map.height());
      View.Part part =
          new View.Part(ArrayLength.checked(offset), Placement.stride(map), map.channels());
      View view = new View(map.height(), map.width(), List.of(part), lines);
      rows.put(map, view);
      offset += size(view);
    }
    return rows;
  }
}
