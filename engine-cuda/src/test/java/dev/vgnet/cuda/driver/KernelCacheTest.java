package dev.vgnet.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelCacheTest {
  private static final Map<String, String> FILES = Map.of("a.cu", "kernel");
  private static final List<String> OPTIONS = List.of("sm_90");

  @TempDir private Path folder;
  private int compiled;

  private byte[] compile() {
    compiled++;
    return new byte[] {1, 2, 3, (byte) compiled};
  }

  private byte[] get(KernelCache cache) {
    return cache.get(FILES, OPTIONS, "13.0", this::compile);
  }

  private Path onlyFile() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> all = files.toList();
      assertEquals(1, all.size(), all.toString());
      return all.getFirst();
    }
  }

  @Test
  void compilesOnce() throws IOException {
    byte[] first = get(new KernelCache(Optional.of(folder)));
    assertArrayEquals(first, get(new KernelCache(Optional.of(folder))));
    assertEquals(1, compiled);
    onlyFile();
  }

  @Test
  void compilesAgainForOtherSourcesOptionsAndVersions() {
    KernelCache cache = new KernelCache(Optional.of(folder));
    get(cache);
    cache.get(Map.of("a.cu", "kernels"), OPTIONS, "13.0", this::compile);
    cache.get(Map.of("a.cuk", "ernel"), OPTIONS, "13.0", this::compile);
    cache.get(FILES, List.of("sm_80"), "13.0", this::compile);
    cache.get(FILES, OPTIONS, "13.1", this::compile);
    assertEquals(5, compiled);
  }

  @Test
  void compilesAgainWhatIsBroken() throws IOException {
    KernelCache cache = new KernelCache(Optional.of(folder));
    get(cache);
    byte[] bytes = Files.readAllBytes(onlyFile());
    for (int length : new int[] {0, 1, 32, bytes.length - 1}) {
      Files.write(onlyFile(), Arrays.copyOf(bytes, length));
      int before = compiled;
      byte[] again = get(cache);
      assertEquals(before + 1, compiled, "cut to " + length);
      assertArrayEquals(again, get(cache));
    }
    bytes = Files.readAllBytes(onlyFile());
    bytes[0] ^= 1;
    Files.write(onlyFile(), bytes);
    int before = compiled;
    get(cache);
    assertEquals(before + 1, compiled);
  }

  private static Optional<String> choice(KernelCache cache, ChoiceKey key) {
    return cache.choices(FILES, OPTIONS, key).get("step");
  }

  @Test
  void choosesAgainUnderAnotherKey() {
    KernelCache cache = new KernelCache(Optional.of(folder));
    Gpu gpu = new Gpu(0, "H200", 9, 0, 1L << 37);
    Version driver = new Version(13, 0);
    Optional<String> cudnn = Optional.of("9.19.0");
    ChoiceKey measured = new ChoiceKey(1, gpu, driver, "13.0", cudnn);
    Choices choices = cache.choices(FILES, OPTIONS, measured);
    choices.put("step", "own");
    assertEquals(Optional.of("own"), choice(cache, measured));
    List.of(
            new ChoiceKey(2, gpu, driver, "13.0", cudnn),
            new ChoiceKey(1, new Gpu(0, "B200", 10, 0, 1L << 37), driver, "13.0", cudnn),
            new ChoiceKey(1, gpu, new Version(13, 1), "13.0", cudnn),
            new ChoiceKey(1, gpu, driver, "13.1", cudnn),
            new ChoiceKey(1, gpu, driver, "13.0", Optional.empty()))
        .forEach(other -> assertEquals(Optional.empty(), choice(cache, other), other.toString()));
  }

  @Test
  void isInTheUsersFolderUnlessASettingNamesAnother() {
    String home = folder.resolve("home").toString();
    String caches = folder.resolve("caches").toString();
    Path inHome = folder.resolve("home/.cache/vgnet/cuda");
    Path inCaches = folder.resolve("caches/vgnet/cuda");
    assertEquals(Optional.of(folder), KernelCache.folder(folder.toString(), caches, home));
    assertEquals(Optional.of(Path.of("here")), KernelCache.folder("here", caches, home));
    for (String blank : new String[] {null, "", " "}) {
      assertEquals(Optional.of(inCaches), KernelCache.folder(blank, caches, home));
      assertEquals(Optional.of(inHome), KernelCache.folder(null, blank, home));
    }
  }

  @Test
  void isNotWhereTheProcessHappensToRun() {
    String home = folder.resolve("home").toString();
    Path inHome = folder.resolve("home/.cache/vgnet/cuda");
    assertEquals(Optional.of(inHome), KernelCache.folder(null, "caches", home));
    for (String unknown : new String[] {null, "", "?"}) {
      assertEquals(Optional.empty(), KernelCache.folder(null, "caches", unknown));
    }
  }

  @Test
  void keepsNothingWithoutAFolder() {
    KernelCache cache = new KernelCache(Optional.empty());
    get(cache);
    get(cache);
    assertEquals(2, compiled);
    Gpu gpu = new Gpu(0, "H200", 9, 0, 1L << 37);
    ChoiceKey measured = new ChoiceKey(1, gpu, new Version(13, 0), "13.0", Optional.empty());
    Choices choices = cache.choices(FILES, OPTIONS, measured);
    choices.put("step", "own");
    assertEquals(Optional.of("own"), choices.get("step"));
    assertEquals(Optional.empty(), choice(cache, measured));
  }

  @Test
  void compilesEachTimeWhereNothingCanBeWritten() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "no folder");
    KernelCache cache = new KernelCache(Optional.of(file.resolve("cache")));
    get(cache);
    get(cache);
    assertEquals(2, compiled);
  }
}
