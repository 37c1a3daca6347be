package dev.vgnet.cli;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.PrintWriter;

/** Results as programs read them. */
final class JsonOutput {
  private static final JSON PRETTY = JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT);

  private JsonOutput() {}

  /** Prints maps, lists, strings, numbers and truth values as one JSON text. */
  static void print(Object value, PrintWriter out) throws IOException {
    out.println(PRETTY.asString(value));
  }
}
