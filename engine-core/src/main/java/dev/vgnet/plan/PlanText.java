package dev.vgnet.plan;

import dev.vgnet.graph.Operator;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Plans as people read them. A value is written as its segments, {@code b3[0:28]+b5}: channels 0 to
 * 28 of buffer 3, then all of buffer 5.
 */
public final class PlanText {
  /** More segments than this are not listed one by one. */
  private static final int MAX_SEGMENTS = 64;

  private PlanText() {}

  /**
   * One line for the input, one for each step and one for the outputs, such as
   *
   * <pre>
   * input b0 3x224x224
   * convolution 3x3 s2 stem.2: b0 -> b1 28x112x112, relu, norm
   * pointwise half.2: b3[0:28]+b5 -> b6 28x56x56, relu, norm, +b2, relu
   * pointwise half.3: b6+norm(b7) -> b8 28x56x56
   * convolution 3x3 s2 down: relu(norm(b8)) -> b9 56x28x28
   * outputs b9
   * </pre>
   */
  public static String of(Plan plan) {
    List<String> lines = new ArrayList<>();
    lines.add("input " + buffer(plan.input()));
    plan.steps().forEach(step -> lines.add(step(step)));
    lines.add(
        "outputs "
            + plan.outputs().stream().map(PlanText::value).collect(Collectors.joining(", ")));
    return String.join("\n", lines);
  }

  /** One step in one line, as above. */
  public static String step(Step step) {
    String epilogue = epilogue(step);
    return "%s%s %s: %s -> %s%s"
        .formatted(
            kind(step),
            window(step),
            step.name(),
            operands(step),
            buffer(step.output()),
            epilogue.isEmpty() ? "" : ", " + epilogue);
  }

  /** The kind of a step in words, such as {@code squeeze-excite}. */
  public static String kind(Step step) {
    return switch (step) {
      case Step.Pointwise _ -> "pointwise";
      case Step.Convolution _ -> "convolution";
      case Step.Depthwise _ -> "depthwise";
      case Step.SqueezeExcite _ -> "squeeze-excite";
      case Step.Pool pool -> pool.kind() == Step.Pool.Kind.MAX ? "max-pool" : "average-pool";
      case Step.AdaptiveAveragePool _ -> "adaptive-average-pool";
      case Step.GlobalAveragePool _ -> "global-average-pool";
      case Step.Linear _ -> "linear";
      case Step.Elementwise _ -> "elementwise";
      case Step.Multiply _ -> "multiply";
      case Step.Copy _ -> "copy";
    };
  }

  /**
   * The segments of a value, such as {@code b3[0:28]+b5}, or where they are many {@code 116 pieces
   * of b3+b4}.
   */
  public static String value(Value value) {
    return value(value, PlanText::segment);
  }

  private static String value(Value value, Function<Segment, String> text) {
    List<Segment> segments = value.segments();
    if (segments.size() <= MAX_SEGMENTS) {
      return segments.stream().map(text).collect(Collectors.joining("+"));
    }
    return segments.stream()
        .map(Segment::buffer)
        .distinct()
        .sorted(Comparator.comparingInt(Buffer::id))
        .map(buffer -> text.apply(new Segment(buffer, 0, buffer.channels())))
        .collect(Collectors.joining("+", segments.size() + " pieces of ", ""));
  }

  /** What a step reads through a prologue, such as {@code relu(norm(b2))}. */
  static String prologue(Prologue prologue, String input) {
    String normalised = prologue.norm().isPresent() ? "norm(" + input + ")" : input;
    return prologue
        .activation()
        .map(function -> function(function) + "(" + normalised + ")")
        .orElse(normalised);
  }

  /** The parts of an epilogue in order, such as {@code relu, norm, +b2, relu}. */
  static String epilogue(Epilogue epilogue, Optional<String> residual) {
    List<String> parts = new ArrayList<>();
    epilogue.foldedNorm().ifPresent(_ -> parts.add("norm"));
    epilogue.activation().ifPresent(function -> parts.add(function(function)));
    epilogue.norm().ifPresent(_ -> parts.add("norm"));
    residual.ifPresent(value -> parts.add("+" + value));
    epilogue.finalActivation().ifPresent(function -> parts.add(function(function)));
    return String.join(", ", parts);
  }

  private static String epilogue(Step step) {
    return switch (step) {
      case Step.Pointwise s -> epilogue(s.epilogue());
      case Step.Convolution s -> epilogue(s.epilogue());
      case Step.Depthwise s -> epilogue(s.epilogue());
      case Step.Linear s -> epilogue(s.epilogue());
      case Step.Elementwise s -> epilogue(s.epilogue());
      case Step.SqueezeExcite s -> function(s.inner()) + ", " + function(s.gate());
      case Step.Pool _,
          Step.AdaptiveAveragePool _,
          Step.GlobalAveragePool _,
          Step.Multiply _,
          Step.Copy _ ->
          "";
    };
  }

  private static String epilogue(Epilogue epilogue) {
    return epilogue(epilogue, epilogue.residual().map(PlanText::value));
  }

  private static String window(Step step) {
    return switch (step) {
      case Step.Convolution s ->
          window(s.kernel(), s.stride()) + (s.groups() > 1 ? " g" + s.groups() : "");
      case Step.Depthwise s -> window(s.kernel(), s.stride()) + (s.isInOrder() ? "" : " sorted");
      case Step.Pool s -> window(s.kernel(), s.stride());
      default -> "";
    };
  }

  private static String window(int kernel, int stride) {
    return " " + kernel + "x" + kernel + " s" + stride;
  }

  private static String operands(Step step) {
    return switch (step) {
      case Step.Multiply s -> value(s.input()) + " * " + value(s.factor());
      case Step.Pointwise s ->
          prologue(
              s.prologue(),
              value(
                  s.input(),
                  segment -> operand(segment, s.inputNorms().containsKey(segment.buffer()))));
      case Step.Convolution s -> prologue(s.prologue(), value(s.input()));
      default -> value(step.inputs().getFirst());
    };
  }

  private static String operand(Segment segment, boolean normalised) {
    return normalised ? "norm(%s)".formatted(segment(segment)) : segment(segment);
  }

  private static String segment(Segment segment) {
    Buffer buffer = segment.buffer();
    int first = segment.firstChannel();
    String part = "[" + first + ":" + (first + segment.channels()) + "]";
    return "b" + buffer.id() + (segment.channels() == buffer.channels() ? "" : part);
  }

  private static String buffer(Buffer buffer) {
    String extents = buffer.channels() + "x" + buffer.height() + "x" + buffer.width();
    return "b" + buffer.id() + " " + extents;
  }

  private static String function(Operator.Function function) {
    return function.name().toLowerCase(Locale.ROOT);
  }
}
