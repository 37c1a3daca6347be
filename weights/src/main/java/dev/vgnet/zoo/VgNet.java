package dev.vgnet.zoo;

import dev.vgnet.graph.GraphStatistics;
import dev.vgnet.graph.Node;
import dev.vgnet.graph.Operator.DepthwiseConv2d;
import dev.vgnet.tensor.Tensor;
import dev.vgnet.torch.StateDict;
import dev.vgnet.zoo.VgNetConfig.Downsampling;
import dev.vgnet.zoo.VgNetConfig.Filters;
import dev.vgnet.zoo.VgNetConfig.Tail;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The VGNet family: VGNetC (all kernels learned), VGNetG (Gaussian downsampling) and VGNetF1 to F4
 * (fixed 3x3 kernels in the blocks, and in F2's and F4's tail), see Tables 1, 2 and 4 of the paper.
 */
final class VgNet implements Architecture {
  /** Ends the name of the form for images of 32x32. */
  static final String THUMBNAIL = "_thumbnail";

  private static final String FAMILY = "VGNet";

  /** The paper's. */
  static final int CLASSES = 1000;

  private static final Size MP_1_0 =
      new Size("1_0mp", List.of(28, 56, 112, 224, 368), List.of(4, 7, 13, 2));
  private static final Size MP_1_5 =
      new Size("1_5mp", List.of(32, 64, 128, 256, 512), List.of(3, 7, 14, 2));
  private static final Size MP_2_0 =
      new Size("2_0mp", List.of(32, 72, 168, 376, 512), List.of(3, 6, 13, 2));
  private static final Size MP_2_5 =
      new Size("2_5mp", List.of(32, 80, 192, 400, 544), List.of(3, 6, 16, 2));
  private static final Size MP_5_0 =
      new Size("5_0mp", List.of(32, 88, 216, 456, 856), List.of(4, 7, 15, 5));

  private static final List<Size> SIZES = List.of(MP_1_0, MP_1_5, MP_2_0, MP_2_5, MP_5_0);

  private static final List<Entry> CATALOGUE =
      List.of(
          new Entry("g", MP_1_0, false, "0.997 M, 66.6 % top-1, SiLU 67.7 % (Table 3)"),
          new Entry("g", MP_1_0, true, "1.143 M, 69.2 % top-1 (Table 3)"),
          new Entry("g", MP_1_5, false, "1.502 M, 69.3 % top-1 (Table 3)"),
          new Entry("g", MP_1_5, true, "1.702 M, 71.3 % top-1 (Table 3)"),
          new Entry("g", MP_2_0, false, "2.006 M, 71.3 % top-1 (Table 3)"),
          new Entry("g", MP_2_0, true, "2.345 M, 73.5 % top-1 (Table 3)"),
          new Entry("g", MP_2_5, false, "2.493 M, 72.6 % top-1 (Table 3)"),
          new Entry("g", MP_2_5, true, "2.922 M, 74.2 % top-1 (Table 3)"),
          new Entry("g", MP_5_0, false, ""),
          new Entry("g", MP_5_0, true, ""),
          new Entry("c", MP_1_0, false, ""),
          new Entry("c", MP_1_5, false, "67.6 % top-1 (Table 4)"),
          new Entry("c", MP_2_0, false, ""),
          new Entry("c", MP_2_5, false, ""),
          new Entry("c", MP_5_0, false, ""),
          new Entry("f1", MP_1_5, false, "66.8 % top-1 (Table 4)"),
          new Entry("f2", MP_1_5, false, "66.2 % top-1 (Table 4)"),
          new Entry("f3", MP_1_5, false, "66.1 % top-1 (Table 4)"),
          new Entry("f4", MP_1_5, false, "64.4 % top-1 (Table 4)"));

  /**
   * A size that has a name.
   *
   * @param channels of the stem and of the stages
   * @param layers of each stage
   */
  private record Size(String name, List<Integer> channels, List<Integer> layers) {
    long agreements(List<OptionalInt> others) {
      return IntStream.range(0, channels.size())
          .filter(i -> others.get(i).equals(OptionalInt.of(channels.get(i))))
          .count();
    }
  }

  /**
   * A network of the catalogue.
   *
   * @param variant {@code c}, {@code g} or {@code f1} to {@code f4}
   */
  private record Entry(String variant, Size size, boolean squeezeExcite, String reported) {
    String name() {
      return VgNet.name(variant, size.name(), squeezeExcite, false);
    }

    ArchitectureInfo info() {
      GraphStatistics paper = statistics(VgNetGeneration.PAPER);
      String notes =
          variant.startsWith("f")
              ? ""
              : String.format(
                  Locale.ROOT,
                  "%,d parameters in the public generation, whose tail shares no kernels",
                  statistics(VgNetGeneration.PUBLIC).parameters());
      return new ArchitectureInfo(
          name(),
          FAMILY,
          config(VgNetGeneration.PAPER).imageSize(),
          paper.parameters(),
          paper.multiplyAccumulates(),
          reported,
          notes);
    }

    Network network(VgNetGeneration generation) {
      return VgNetDefinition.network(
          name(),
          config(generation),
          (_, channels) -> VgNetConfig.squeezeWidth(channels),
          List.of());
    }

    /** The kernels that training does not change. */
    Map<String, Tensor> fixedKernels(Network network) {
      int edgeKinds = variant.equals("f1") || variant.equals("f2") ? 8 : 4;
      Map<String, Tensor> kernels = new HashMap<>();
      for (Node node : network.graph().nodes()) {
        if (node.operator() instanceof DepthwiseConv2d op && op.fixed()) {
          int channels = network.expected().get(op.weight()).extent(0);
          kernels.put(
              op.weight(),
              op.stride() == 2
                  ? GaussianKernel.perChannel(channels)
                  : EdgeKernels.perChannel(channels, edgeKinds));
        }
      }
      return kernels;
    }

    private GraphStatistics statistics(VgNetGeneration generation) {
      Network network = network(generation);
      int side = network.imageSize();
      return GraphStatistics.of(network.graph(), network.expected(), side, side);
    }

    private VgNetConfig config(VgNetGeneration generation) {
      boolean fixedTail = variant.equals("f2") || variant.equals("f4");
      return new VgNetConfig(
          size.channels(),
          size.layers(),
          variant.equals("c") ? Downsampling.LEARNED : Downsampling.GAUSSIAN,
          variant.startsWith("f") ? Filters.FIXED : Filters.LEARNED,
          fixedTail ? Tail.FIXED : generation.tail,
          squeezeExcite,
          false,
          generation.activation,
          generation.squeezeExciteActivation,
          tailName(size.layers()),
          generation.classifier,
          CLASSES);
    }
  }

  @Override
  public Stream<String> families() {
    return Stream.of(FAMILY);
  }

  @Override
  public Stream<String> names() {
    return CATALOGUE.stream().map(Entry::name);
  }

  @Override
  public List<ArchitectureInfo> catalogue() {
    return CATALOGUE.stream().map(Entry::info).toList();
  }

  @Override
  public Optional<Network> recognise(StateDict checkpoint, ImportOptions options) {
    return VgNetReader.read(checkpoint, options);
  }

  @Override
  public Optional<StateDict> randomStateDict(String name, long seed) {
    return CATALOGUE.stream()
        .filter(entry -> entry.name().equals(name))
        .findFirst()
        .map(
            entry -> {
              Network network = entry.network(VgNetGeneration.PAPER);
              return RandomWeights.of(network, entry.fixedKernels(network), seed);
            });
  }

  /**
   * The name of a VGNet, such as {@code vgnetg_1_0mp_se}.
   *
   * @param variant {@code c}, {@code g} or {@code f1} to {@code f4}
   * @param size from {@link #size}
   */
  static String name(String variant, String size, boolean squeezeExcite, boolean thumbnail) {
    return "vgnet%s_%s%s%s"
        .formatted(variant, size, squeezeExcite ? "_se" : "", thumbnail ? THUMBNAIL : "");
  }

  /** The name of a size, or {@code custom}. */
  static String size(List<Integer> channels, List<Integer> layers) {
    return SIZES.stream()
        .filter(size -> size.channels().equals(channels) && size.layers().equals(layers))
        .map(Size::name)
        .findFirst()
        .orElse("custom");
  }

  /**
   * The channels of a VGNet; those that nothing tells are as in the nearest size that has a name.
   *
   * @param told of the stem and of each stage
   */
  static List<Integer> channels(List<OptionalInt> told) {
    Size nearest =
        Collections.max(SIZES, Comparator.comparingLong((Size size) -> size.agreements(told)));
    return IntStream.range(0, told.size())
        .mapToObj(i -> told.get(i).orElse(nearest.channels().get(i)))
        .toList();
  }

  /** The name of the tail: it follows the last stage's layers and their concatenation. */
  static String tailName(List<Integer> layers) {
    return "features.stage4." + (layers.getLast() + 1);
  }
}
