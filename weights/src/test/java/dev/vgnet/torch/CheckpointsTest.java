package dev.vgnet.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.vgnet.error.ModelFormatException;
import dev.vgnet.model.Safetensors;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Files that PyTorch 1.13 and 2.13 wrote, by {@code make_checkpoints.py}; and files of others. */
class CheckpointsTest {
  private static final List<String> FOLDERS = List.of("", "torch_1_13/", "torch_2_13/");

  @TempDir Path folder;

  static Stream<String> files() throws IOException {
    List<String> files = new ArrayList<>();
    for (String folder : FOLDERS) {
      expected(folder).keySet().forEach(file -> files.add(folder + file));
    }
    return files.stream().sorted();
  }

  @ParameterizedTest
  @MethodSource("files")
  void readsEveryTensorAsPyTorchDoes(String file) throws IOException {
    int slash = file.indexOf('/') + 1;
    List<String> expected = expected(file.substring(0, slash)).get(file.substring(slash));
    List<String> found = new ArrayList<>();
    Checkpoints.read(Resources.path(file))
        .tensors()
        .forEach((name, tensor) -> found.add(describe(name, tensor)));
    assertEquals(String.join("\n", expected), String.join("\n", found));
  }

  private static Map<String, List<String>> expected(String folder) throws IOException {
    return Files.readAllLines(Resources.path(folder + "expected.txt")).stream()
        .map(line -> line.split("\t", 2))
        .collect(
            Collectors.groupingBy(
                line -> line[0], Collectors.mapping(line -> line[1], Collectors.toList())));
  }

  private static String describe(String name, Tensor tensor) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(tensor.bytes().asByteBuffer());
      return String.join(
          "\t",
          name,
          tensor.dataType().name().toLowerCase(Locale.ROOT),
          tensor.shape().toString(),
          HexFormat.of().formatHex(digest.digest()));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void mapsDenseTensorsAndCopiesOthers() throws IOException {
    Map<String, Tensor> tensors = Checkpoints.read(Resources.path("odd_tensors.zip.pth")).tensors();
    assertTrue(tensors.get("base").bytes().isMapped());
    assertTrue(tensors.get("slice_offset").bytes().isNative());
    assertEquals(
        tensors.get("base").bytes().address(), tensors.get("shared_again").bytes().address());
  }

  @Test
  void tellsWhatItDid() throws IOException {
    assertEquals(
        List.of(
            "read from a PyTorch zip archive",
            "the state dict is the entry \"net\"",
            "passed over, though there are tensors: \"ema\"",
            "removed \"_orig_mod.module.\" in front of every name"),
        Checkpoints.read(Resources.path("torch_2_13/compiled.pth")).notes());
    assertEquals(
        List.of(
            "read from a PyTorch zip archive",
            "the state dict is the entry \"model_ema.state_dict\""),
        Checkpoints.read(Resources.path("torch_2_13/ema.pth")).notes());

    List<String> training =
        Checkpoints.read(Resources.path("torch_1_13/training.legacy.pth")).notes();
    assertEquals("read from a PyTorch legacy file", training.get(0));
    assertEquals("the state dict is the entry \"state_dict\"", training.get(1));
    assertEquals("passed over, though there are tensors: \"best\", \"ema\"", training.get(2));
    assertTrue(training.get(3).contains("argparse.Namespace, pathlib.PurePosixPath, numpy.dtype"));
    assertEquals("removed \"module.\" in front of every name", training.get(4));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          torch_1_13/refused_complex64.pth     | tensor "x": has elements of complex64
          torch_2_13/refused_uint16.pth        | tensor "x": has elements of uint16
          torch_2_13/refused_float8_e4m3fn.pth | tensor "x": has elements of float8_e4m3fn
          torch_1_13/refused_quantised.pth     | tensor "x": is a quantised tensor, which is not read
          torch_1_13/refused_sparse.pth        | tensor "x": is a sparse tensor, which is not read
          torch_2_13/refused_meta.pth          | tensor "x": is a tensor of the meta device, without data
          torch_2_13/refused_negative.pth      | tensor "x": is a tensor with a conjugate or negative bit
          torch_2_13/refused_tensor.pth        | expected a dict of tensors, found one tensor
          torch_1_13/refused_model.pth         | offset 2: names the Python object "torch.nn.modules.container.Sequential"
          torch_2_13/refused_model.pth         | save model.state_dict()
          torch_1_13/refused_script.pt         | is TorchScript
          torch_2_13/refused_script.pt         | is TorchScript
          """)
  void refusesWhatItCannotRead(String file, String message) {
    Path path = Resources.path(file);
    ModelFormatException refused =
        assertThrows(ModelFormatException.class, () -> Checkpoints.read(path));
    assertTrue(refused.getMessage().startsWith(path + ": "), refused.getMessage());
    assertTrue(refused.getMessage().contains(message), refused.getMessage());
  }

  static Stream<Arguments> others() {
    return Stream.of(
        arguments("", "no bytes at all"),
        arguments("version https://git-lfs.github.com/spec/v1\noid", "git lfs pull"),
        arguments("\n<!DOCTYPE html><html>Not found</html>", "a web page"),
        arguments("\u001f\u008b\b", "gzip data"),
        arguments("a.txt" + "\0".repeat(252) + "ustar", "a tar archive"),
        arguments("\u0080\u0004\u0095", "a Python pickle that torch.save did not write"),
        arguments("\u0089HDF\r\n", "an HDF5 file"),
        arguments("\u0093NUMPY", "a NumPy array"),
        arguments("GIF89a\0", "bytes that begin with \"GIF89a\\u0000\""));
  }

  @ParameterizedTest
  @MethodSource("others")
  void saysWhatAnotherFileIs(String content, String message) throws IOException {
    Path path = folder.resolve("other.pth");
    Files.writeString(path, content, StandardCharsets.ISO_8859_1);
    ModelFormatException refused =
        assertThrows(ModelFormatException.class, () -> Checkpoints.read(path));
    assertTrue(refused.getMessage().contains(message), refused.getMessage());
  }

  @Test
  void readsSafetensors() throws IOException {
    Tensor tensor = Tensor.of(Shape.of(2), new float[] {1, 2});
    Path path = folder.resolve("state.bin");
    new Safetensors(Map.of("module.a", tensor), Map.of()).write(path);
    StateDict stateDict = Checkpoints.read(path);
    assertEquals(List.of("a"), List.copyOf(stateDict.tensors().keySet()));
    assertEquals("read from a safetensors file", stateDict.notes().getFirst());

    new Safetensors(Map.of(), Map.of()).write(path);
    assertThrows(ModelFormatException.class, () -> Checkpoints.read(path));
  }

  @Test
  void refusesWhatIsNoFile() {
    assertThrows(FileSystemException.class, () -> Checkpoints.read(folder));
    assertThrows(NoSuchFileException.class, () -> Checkpoints.read(folder.resolve("missing")));
  }
}
