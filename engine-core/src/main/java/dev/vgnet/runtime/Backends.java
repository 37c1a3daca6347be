package dev.vgnet.runtime;

import dev.vgnet.error.DeviceUnavailableException;
import dev.vgnet.error.Providers;
import java.lang.System.Logger.Level;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/**
 * The backends on the class path or module path: those that the class loader of the engine itself
 * finds, whatever the context class loader of the calling thread. One that cannot be loaded is
 * logged as a warning and left out.
 */
public final class Backends {
  private static final System.Logger LOGGER = System.getLogger(Backends.class.getName());

  private static final List<Backend> ALL =
      load(ServiceLoader.load(Backend.class, Backend.class.getClassLoader()).iterator(), LOGGER);

  private Backends() {}

  /** The providers that load, the best first. */
  static List<Backend> load(Iterator<Backend> providers, System.Logger logger) {
    return Providers.load(providers, "a backend", logger).stream()
        .sorted(Comparator.comparingInt(Backend::priority).reversed())
        .toList();
  }

  /** All backends, the best first, whether or not they can be used here. */
  public static List<Backend> all() {
    return ALL;
  }

  /**
   * The best backend that can be used. A better one of the CPU that cannot is logged as a warning,
   * as what is left may be a thousand times slower.
   *
   * @param device the device it must run on; {@link Device#AUTO} takes any
   * @param name its name, if a certain one is wanted
   * @throws DeviceUnavailableException with the reason each candidate gave
   */
  public static Backend choose(Device device, Optional<String> name) {
    return choose(ALL, device, name, LOGGER);
  }

  static Backend choose(
      List<Backend> installed, Device device, Optional<String> name, System.Logger logger) {
    List<Backend> candidates =
        installed.stream()
            .filter(b -> device == Device.AUTO || b.device() == device)
            .filter(b -> name.isEmpty() || b.name().equals(name.get()))
            .toList();
    Map<Backend, Availability> refused = new LinkedHashMap<>();
    for (Backend candidate : candidates) {
      Availability availability = candidate.probe();
      if (availability.available()) {
        refused.forEach((better, reason) -> log(better, reason, logger));
        return candidate;
      }
      refused.put(candidate, availability);
    }
    String wanted = "device " + device + name.map(n -> ", backend " + n).orElse("");
    if (candidates.isEmpty()) {
      throw new DeviceUnavailableException(wanted + ": " + absence(installed, device, name));
    }
    throw new DeviceUnavailableException(
        refused.entrySet().stream()
            .map(entry -> entry.getKey().name() + ": " + entry.getValue().detail())
            .collect(Collectors.joining("; ", wanted + ": ", "")));
  }

  private static void log(Backend better, Availability reason, System.Logger logger) {
    logger.log(
        better.device() == Device.CPU ? Level.WARNING : Level.DEBUG,
        "backend {0} is not available: {1}",
        better.name(),
        reason.detail());
  }

  /** Why no backend is both of the device and of the name that are wanted. */
  private static String absence(List<Backend> installed, Device device, Optional<String> name) {
    return installed.stream()
        .filter(b -> name.isPresent() && b.name().equals(name.get()))
        .findFirst()
        .map(b -> "that backend runs on %s only".formatted(b.device()))
        .orElseGet(
            () ->
                "no such backend is installed; installed are "
                    + installed.stream().map(b -> b.name() + " (" + b.device() + ")").toList()
                    + remedy(installed, device));
  }

  /** What applications forget, as nothing of theirs names it. */
  private static String remedy(List<Backend> installed, Device device) {
    return device == Device.CUDA || installed.stream().anyMatch(b -> b.device() == Device.CPU)
        ? ""
        : "; add engine-cpu (module dev.vgnet.cpu) to the class path or module path";
  }
}
