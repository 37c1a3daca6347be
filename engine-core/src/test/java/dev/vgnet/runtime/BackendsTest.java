package dev.vgnet.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.error.DeviceUnavailableException;
import dev.vgnet.graph.Graph;
import dev.vgnet.tensor.Tensor;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ResourceBundle;
import java.util.ServiceConfigurationError;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BackendsTest {
  private record Installed(String name, Device device, int priority, boolean available)
      implements Backend {
    @Override
    public Availability probe() {
      return new Availability(available, "flag of " + name + " is missing");
    }

    @Override
    public CompiledModel compile(Graph graph, Map<String, Tensor> tensors, CompileOptions options) {
      throw new AssertionError("not asked for");
    }
  }

  private static final Backend CUDA = new Installed("cuda", Device.CUDA, 3, false);
  private static final Backend FAST = new Installed("fast", Device.CPU, 2, false);
  private static final Backend SLOW = new Installed("slow", Device.CPU, 1, true);

  private record Entry(Level level, List<Object> parameters) {}

  private static final class Log implements System.Logger {
    final List<Entry> entries = new ArrayList<>();

    @Override
    public String getName() {
      return "log";
    }

    @Override
    public boolean isLoggable(Level level) {
      return true;
    }

    @Override
    public void log(Level level, ResourceBundle bundle, String message, Throwable thrown) {
      entries.add(new Entry(level, List.of(thrown)));
    }

    @Override
    public void log(Level level, ResourceBundle bundle, String format, Object... parameters) {
      entries.add(new Entry(level, List.of(parameters)));
    }
  }

  private final Log log = new Log();

  /** As a service loader goes on after a provider that it cannot load. */
  private static Iterator<Backend> providers(Iterator<Supplier<Backend>> each) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return each.hasNext();
      }

      @Override
      public Backend next() {
        return each.next().get();
      }
    };
  }

  private static Supplier<Backend> broken(Error error) {
    return () -> {
      throw error;
    };
  }

  @Test
  void aProviderThatCannotBeLoadedLeavesTheOthers() {
    Error noClass = new ServiceConfigurationError("Provider example.Backend not found");
    Error noParent = new NoClassDefFoundError("example.Parent");
    assertEquals(
        List.of(CUDA, FAST, SLOW),
        Backends.load(
            providers(
                List.of(
                        broken(noClass),
                        (Supplier<Backend>) () -> SLOW,
                        broken(noParent),
                        () -> CUDA,
                        () -> FAST)
                    .iterator()),
            log));
    assertEquals(
        List.of(
            new Entry(Level.WARNING, List.of(noClass)),
            new Entry(Level.WARNING, List.of(noParent))),
        log.entries);
  }

  @Test
  void aLoaderThatOnlyFailsIsGivenUp() {
    Error same = new ServiceConfigurationError("Error locating configuration files");
    assertEquals(
        List.of(), Backends.load(providers(Stream.generate(() -> broken(same)).iterator()), log));
  }

  @Test
  void whoHasNoBackendOfTheProcessorIsToldWhereItIs() {
    for (List<Backend> installed : List.of(List.<Backend>of(), List.of(CUDA))) {
      assertTrue(absence(installed, Device.CPU).contains("add engine-cpu (module dev.vgnet.cpu)"));
    }
    assertTrue(absence(List.of(), Device.AUTO).contains("add engine-cpu"));
    assertFalse(absence(List.of(SLOW), Device.CUDA).contains("engine-cpu"));
  }

  private String absence(List<Backend> installed, Device device) {
    return assertThrows(
            DeviceUnavailableException.class,
            () -> Backends.choose(installed, device, Optional.empty(), log))
        .getMessage();
  }

  @Test
  void whoGetsASlowerProcessorBackendIsToldWhy() {
    Backend chosen = Backends.choose(List.of(CUDA, FAST, SLOW), Device.AUTO, Optional.empty(), log);
    assertEquals(SLOW, chosen);
    assertEquals(
        List.of(
            new Entry(Level.DEBUG, List.of("cuda", "flag of cuda is missing")),
            new Entry(Level.WARNING, List.of("fast", "flag of fast is missing"))),
        log.entries);
  }

  @Test
  void nobodyIsWarnedOfAMissingGpu() {
    assertEquals(SLOW, Backends.choose(List.of(CUDA, SLOW), Device.AUTO, Optional.empty(), log));
    assertTrue(log.entries.stream().noneMatch(entry -> entry.level() == Level.WARNING));
  }

  @Test
  void ifNoneCanBeUsedEachSaysWhy() {
    DeviceUnavailableException error =
        assertThrows(
            DeviceUnavailableException.class,
            () -> Backends.choose(List.of(CUDA, FAST), Device.AUTO, Optional.empty(), log));
    assertTrue(error.getMessage().contains("cuda: flag of cuda is missing"), error.getMessage());
    assertTrue(error.getMessage().contains("fast: flag of fast is missing"), error.getMessage());
    assertEquals(List.of(), log.entries, "who gets an error needs no warning");
  }
}
