package dev.vgnet.cli;

import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.PrintWriter;

/** Results as programs read them. */
final class JsonOutput {
  /** In ASCII, which is JSON's UTF-8 in the encoding of any terminal. */
  private static final JSON PRETTY =
      JSON.builder(new JsonFactoryBuilder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build())
          .enable(JSON.Feature.PRETTY_PRINT_OUTPUT)
          .build();

  private JsonOutput() {}

  /** Prints maps, lists, strings, numbers and truth values as one JSON text. */
  static void print(Object value, PrintWriter out) throws IOException {
    out.println(PRETTY.asString(value));
  }
}
