package dev.vgnet.bench;

import dev.vgnet.bench.Measure.Selection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import joptsimple.OptionException;
import joptsimple.OptionParser;
import joptsimple.OptionSet;
import joptsimple.OptionSpec;
import joptsimple.util.PathConverter;

/** The measuring command. JMH's own is the jar's main class. */
public final class Main {
  private static final Effort PEAK = new Effort(1, 5, 10, 200);

  private final OptionParser parser = new OptionParser();
  private final OptionSpec<String> what =
      parser.nonOptions("networks (beside ONNX Runtime) or layers (each step alone)");
  private final OptionSpec<String> architectures =
      parser
          .accepts("architecture", "regular expression of the networks' names")
          .withRequiredArg()
          .defaultsTo(".*");
  private final OptionSpec<Integer> batches =
      parser
          .accepts("batch", "images a run; layers run one at a time")
          .withRequiredArg()
          .ofType(Integer.class)
          .withValuesSeparatedBy(',')
          .defaultsTo(1, 2, 4, 8, 16, 32);
  private final OptionSpec<Integer> threads =
      parser
          .accepts("threads", "of each engine")
          .withRequiredArg()
          .ofType(Integer.class)
          .withValuesSeparatedBy(',')
          .defaultsTo(1, 2);
  private final OptionSpec<Path> output =
      parser
          .accepts("output", "JSON file of results; goes on where it stopped")
          .withRequiredArg()
          .withValuesConvertedBy(new PathConverter());
  private final OptionSpec<Void> quick =
      parser.accepts("quick", "one JVM a setting and short iterations: a first look");
  private final OptionSpec<Void> again =
      parser.accepts("again", "measures what the file holds already, too");

  private Main() {}

  /** Measures as the arguments say; exits with 1 if a setting failed, with 2 if they are wrong. */
  public static void main(String[] arguments) throws IOException {
    Main main = new Main();
    try {
      System.exit(main.run(arguments));
    } catch (OptionException | IllegalArgumentException e) {
      System.err.println(e.getMessage());
      main.parser.printHelpOn(System.err);
      System.exit(2);
    }
  }

  private int run(String... arguments) throws IOException {
    OptionSet options = parser.parse(arguments);
    List<String> kinds = options.valuesOf(what);
    if (kinds.size() != 1 || !options.has(output)) {
      throw new IllegalArgumentException("say what to measure, and the file for it: --output");
    }
    boolean networks = kinds.getFirst().equals("networks");
    if (!networks && !kinds.getFirst().equals("layers")) {
      throw new IllegalArgumentException("nothing is called " + kinds.getFirst());
    }
    Effort effort = effort(networks, options.has(quick));
    Measure measure = new Measure(selection(options, effort), Conditions.here(), System.out);
    Path path = options.valueOf(output);
    System.out.println(
        networks ? Tables.networks(measure.networks(path)) : Tables.layers(measure.layers(path)));
    return measure.failed() ? 1 : 0;
  }

  /** A network's engines are warm before JMH's iterations; a step is compiled during them. */
  private static Effort effort(boolean networks, boolean quick) {
    if (networks) {
      return quick ? new Effort(1, 5, 20, 100) : new Effort(3, 10, 30, 100);
    }
    return quick ? new Effort(1, 10, 5, 100) : new Effort(1, 10, 10, 150);
  }

  private Selection selection(OptionSet options, Effort effort) {
    Selection selection =
        new Selection(
            Pattern.compile(options.valueOf(architectures)),
            options.valuesOf(batches),
            options.valuesOf(threads),
            effort,
            PEAK,
            options.has(again));
    if (selection.names().isEmpty()) {
      throw new IllegalArgumentException("no network is called " + selection.architectures());
    }
    if (Stream.concat(selection.batches().stream(), selection.threads().stream())
        .anyMatch(number -> number < 1)) {
      throw new IllegalArgumentException("--batch and --threads must be at least 1");
    }
    return selection;
  }
}
