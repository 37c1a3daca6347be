package dev.vgnet.cuda.program;

import dev.vgnet.cuda.driver.Cudnn;
import dev.vgnet.cuda.driver.CudnnAlgorithm;
import dev.vgnet.cuda.driver.CudnnConvolution;
import dev.vgnet.cuda.driver.CudnnShape;
import dev.vgnet.plan.Step;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Convolutions by cuDNN, part by part of their input, and then the epilogue in place. */
final class CudnnConvolutions {
  /** Algorithms that want more are left aside. */
  static final long MAX_WORKSPACE_BYTES = 64L << 20;

  private final Cudnn cudnn;

  CudnnConvolutions(Cudnn cudnn) {
    this.cudnn = cudnn;
  }

  /**
   * One call.
   *
   * @param firstOutput the first channel of the output that it computes
   */
  private record Piece(
      View.Part input, View.Part output, CudnnShape shape, int firstInput, int firstOutput) {}

  /** The ways that cuDNN has for a step; none if it is no convolution, or its maps too large. */
  List<Way> ways(Step step, StepScope scope) {
    Optional<Convolved> convolved = Convolved.of(step, scope);
    if (convolved.isEmpty()) {
      return List.of();
    }
    List<Piece> pieces = pieces(convolved.get(), scope, scope.output(step));
    if (!pieces.stream().allMatch(piece -> piece.shape().isCountable())) {
      return List.of();
    }
    List<List<CudnnAlgorithm>> supported =
        pieces.stream().map(piece -> cudnn.algorithms(piece.shape())).toList();
    List<Way> ways = new ArrayList<>();
    for (CudnnAlgorithm algorithm : supported.getFirst()) {
      List<CudnnAlgorithm> each =
          supported.stream().flatMap(some -> same(algorithm, some).stream()).toList();
      if (each.size() == pieces.size()) {
        ways.add(new Way(algorithm.name(), target -> build(step, each, target)));
      }
    }
    return ways;
  }

  private static Optional<CudnnAlgorithm> same(
      CudnnAlgorithm wanted, List<CudnnAlgorithm> supported) {
    return supported.stream()
        .filter(found -> found.name().equals(wanted.name()))
        .filter(found -> found.workspaceBytes() <= MAX_WORKSPACE_BYTES)
        .findFirst();
  }

  private static String build(Step step, List<CudnnAlgorithm> algorithms, StepScope scope) {
    Convolved convolved = Convolved.of(step, scope).orElseThrow();
    View output = scope.output(step);
    List<Piece> pieces = pieces(convolved, scope, output);
    long bytes = algorithms.stream().mapToLong(CudnnAlgorithm::workspaceBytes).max().orElseThrow();
    long workspace = scope.workspace.bytes(bytes);
    for (int i = 0; i < pieces.size(); i++) {
      Piece piece = pieces.get(i);
      CudnnAlgorithm algorithm = algorithms.get(i);
      scope.launches.add(
          new CudnnConvolution(
              piece.shape(),
              algorithm,
              piece.input().address(),
              weight(convolved, piece, algorithm.weightLayout(), scope),
              piece.output().address(),
              workspace,
              !convolved.depthwise() && i > 0));
    }
    DeviceEpilogue epilogue = scope.epilogue(step.name(), convolved.bias(), convolved.epilogue());
    Optional<SliceSums> sums = scope.sliceSums(output);
    if (epilogue.isNone() && sums.isEmpty()) {
      return algorithms.getFirst().name();
    }
    scope.launches.elementwise(output, epilogue, output, sums);
    return algorithms.getFirst().name() + ", epilogue";
  }

  private static List<Piece> pieces(Convolved convolved, StepScope scope, View output) {
    View input = convolved.input();
    boolean apart = convolved.groups() == 1 || convolved.depthwise();
    boolean slices = convolved.depthwise() && !scope.slices(output, input).isAligned();
    if (!input.isAligned() || slices || !apart && input.parts().size() > 1) {
      input = scope.whole(input);
    }
    List<View.Part> outputs =
        convolved.depthwise()
            ? scope.slices(output, input).parts()
            : Collections.nCopies(input.parts().size(), output.whole());
    List<Piece> pieces = new ArrayList<>();
    int first = 0;
    for (int i = 0; i < outputs.size(); i++) {
      View.Part from = input.parts().get(i);
      View.Part to = outputs.get(i);
      CudnnShape shape =
          new CudnnShape(
              input.cudnnMap(from),
              output.cudnnMap(to),
              convolved.window().kernel(),
              convolved.window().stride(),
              convolved.window().padding(),
              convolved.depthwise() ? from.channels() : convolved.groups());
      pieces.add(new Piece(from, to, shape, first, convolved.depthwise() ? first : 0));
      first += from.channels();
    }
    return pieces;
  }

  private static long weight(
      Convolved convolved, Piece piece, CudnnAlgorithm.WeightLayout layout, StepScope scope) {
    CudnnShape shape = piece.shape();
    int channels = shape.input().channels() / shape.groups();
    int firstInput = convolved.groups() == 1 ? piece.firstInput() : 0;
    return scope.weights.prepareElements(
        new CudnnKey(convolved.name(), layout, piece.firstInput(), convolved.columns()),
        scope.elementBytes(),
        () ->
            convolved.filter(
                piece.firstOutput(), shape.output().channels(), firstInput, channels, layout));
  }

  private record CudnnKey(
      String step, CudnnAlgorithm.WeightLayout layout, int firstInput, List<Integer> columns) {}
}
