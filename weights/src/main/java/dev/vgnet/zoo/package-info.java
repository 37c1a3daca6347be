/**
 * The networks that checkpoints can be imported as, and the language they are written in.
 *
 * <p>{@link dev.vgnet.zoo.Zoo} imports and lists. A {@link dev.vgnet.zoo.Family} is one file:
 *
 * <ol>
 *   <li>the paper's table, as rows of blocks, widths and strides;
 *   <li>a {@link dev.vgnet.zoo.Definition} that walks the table and adds layers to {@link
 *       dev.vgnet.zoo.Layers}, under names of its own choice. {@code layers.row(stage)} begins a
 *       row of the table, {@code layers.block()} a block of it, and returns the name that the
 *       block's layers begin with. {@code layers.repeats(...)} counts a row's blocks in the
 *       checkpoint. Widths are the paper's; a checkpoint's own replace them;
 *   <li>for each kind of checkpoint a {@link dev.vgnet.zoo.KeyStyle}: rules from those names to the
 *       PyTorch modules', the epsilon of its batch norms and whatever else sets it apart, as {@link
 *       dev.vgnet.zoo.KeyStyle.Fact}s that the definition asks {@code layers.style()} for;
 *   <li>{@link dev.vgnet.zoo.Structure}s: the networks that differ in nothing but what tensors
 *       tell, with the styles in which they occur. {@link dev.vgnet.zoo.BsConv} needs no word:
 *       every network but VGNet is recognised with its convolutions separated, too.
 * </ol>
 *
 * {@code ResNet} and {@code MobileNetV2} in {@code dev.vgnet.zoo.family} are examples. Recognition
 * builds each structure in each style from the checkpoint's widths and takes the one that fits.
 */
package dev.vgnet.zoo;
