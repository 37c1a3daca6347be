package dev.vgnet.error;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;

/** Providers of a service, of which some may be unusable. */
public final class Providers {
  /** So many broken ones end the search: a loader may fail without getting any further. */
  private static final int MAX_FAILURES = 100;

  private Providers() {}

  /**
   * Those that load, in order. Of every other one a warning is logged.
   *
   * @param providers of a {@link java.util.ServiceLoader}
   * @param what each of them is, for the warning, such as {@code "a backend"}
   */
  public static <S> List<S> load(Iterator<S> providers, String what, System.Logger logger) {
    List<S> loaded = new ArrayList<>();
    int failures = 0;
    while (failures < MAX_FAILURES) {
      try {
        if (!providers.hasNext()) {
          break;
        }
        loaded.add(providers.next());
      } catch (ServiceConfigurationError | LinkageError e) {
        failures++;
        logger.log(Level.WARNING, what + " cannot be loaded", e);
      }
    }
    return List.copyOf(loaded);
  }
}
