package dev.vgnet.zoo;

import dev.vgnet.torch.StateDict;
import java.util.List;
import java.util.Optional;

/**
 * The VGNet family: VGNetC (all kernels learned), VGNetG (Gaussian downsampling) and VGNetF1 to F4
 * (all 3x3 kernels of the blocks fixed), see Tables 1, 2 and 4 of the paper.
 */
final class VgNet implements Architecture {
  private static final List<Size> SIZES =
      List.of(
          new Size("1_0mp", List.of(28, 56, 112, 224, 368), List.of(4, 7, 13, 2)),
          new Size("1_5mp", List.of(32, 64, 128, 256, 512), List.of(3, 7, 14, 2)),
          new Size("2_0mp", List.of(32, 72, 168, 376, 512), List.of(3, 6, 13, 2)),
          new Size("2_5mp", List.of(32, 80, 192, 400, 544), List.of(3, 6, 16, 2)),
          new Size("5_0mp", List.of(32, 88, 216, 456, 856), List.of(4, 7, 15, 5)));

  /**
   * A size that has a name.
   *
   * @param channels of the stem and of the stages
   * @param layers of each stage
   */
  private record Size(String name, List<Integer> channels, List<Integer> layers) {}

  @Override
  public List<ArchitectureInfo> catalogue() {
    return List.of();
  }

  @Override
  public Optional<Network> recognise(StateDict checkpoint, ImportOptions options) {
    return VgNetReader.read(checkpoint, options);
  }

  /**
   * The name of a VGNet, such as {@code vgnetg_1_0mp_se}.
   *
   * @param variant {@code c}, {@code g} or {@code f1} to {@code f4}
   * @param size from {@link #size}
   */
  static String name(String variant, String size, boolean squeezeExcite, boolean thumbnail) {
    return "vgnet%s_%s%s%s"
        .formatted(
            variant, size, squeezeExcite ? "_se" : "", thumbnail ? VgNetReader.THUMBNAIL : "");
  }

  /** The name of a size, or {@code custom}. */
  static String size(List<Integer> channels, List<Integer> layers) {
    return SIZES.stream()
        .filter(size -> size.channels().equals(channels) && size.layers().equals(layers))
        .map(Size::name)
        .findFirst()
        .orElse("custom");
  }
}
