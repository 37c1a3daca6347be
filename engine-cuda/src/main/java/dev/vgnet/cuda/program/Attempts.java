package dev.vgnet.cuda.program;

import dev.vgnet.cuda.driver.Driver;
import dev.vgnet.error.DeviceFailedException;
import dev.vgnet.error.DeviceMemoryException;
import dev.vgnet.plan.Step;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Ways that are tried for one choice. One that fails leaves the choice to the others, and one that
 * takes the device with it is not tried again. For one thread.
 */
final class Attempts {
  private static final System.Logger LOGGER = System.getLogger(Attempts.class.getName());

  private final Driver driver;
  private final String what;
  private final String steps;

  /** Whether none has failed that may do better another time. */
  private boolean complete = true;

  /**
   * @param what is computed, and among which ways
   * @param steps that are computed so
   */
  Attempts(Driver driver, String what, List<Step> steps) {
    this.driver = driver;
    this.what = what;
    this.steps = steps.stream().map(Step::name).collect(Collectors.joining(" + "));
  }

  /** Those that may be tried. */
  List<Way> allowed(List<Way> ways) {
    return ways.stream().filter(way -> !driver.choices().excludes(what, way.name())).toList();
  }

  /**
   * Tries a way.
   *
   * @param attempt to do something by it
   * @return what came of it; nothing if it failed
   * @throws DeviceFailedException if the device does nothing more
   */
  <T> Optional<T> make(Way way, Supplier<T> attempt) {
    try {
      return Optional.of(attempt.get());
    } catch (DeviceMemoryException e) {
      complete = false;
      leaveOut(Level.INFO, way, e.getMessage());
    } catch (DeviceFailedException e) {
      requireWorking(way, e);
      complete = false;
      driver.choices().failed(what, way.name());
      leaveOut(Level.INFO, way, e.getMessage());
    }
    return Optional.empty();
  }

  /** Says that a way is not chosen. */
  void leaveOut(Level level, Way way, String reason) {
    LOGGER.log(level, "{0} is left out for {1}: {2}", way.name(), steps, reason);
  }

  /** Remembers the way that was chosen: for good only if each has had its chance. */
  void remember(Way chosen) {
    if (complete) {
      driver.choices().put(what, chosen.name());
    } else {
      driver.choices().putForNow(what, chosen.name());
    }
  }

  /** If the device as a whole has failed, waiting for it says so. */
  private void requireWorking(Way way, DeviceFailedException failure) {
    try {
      driver.await();
    } catch (DeviceFailedException e) {
      driver.choices().exclude(what, way.name());
      DeviceFailedException named =
          new DeviceFailedException(
              "trying %s for %s: %s".formatted(way.name(), steps, failure.getMessage()));
      named.addSuppressed(failure);
      named.addSuppressed(e);
      throw named;
    }
  }
}
