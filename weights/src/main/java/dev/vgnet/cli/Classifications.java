package dev.vgnet.cli;

import dev.vgnet.Session;
import dev.vgnet.error.ImageFormatException;
import dev.vgnet.image.ContactSheet;
import dev.vgnet.image.ImageClassifier;
import dev.vgnet.image.ImageFiles;
import dev.vgnet.image.PngFiles;
import dev.vgnet.image.Prediction;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import me.tongfei.progressbar.ProgressBar;

/** Classifies picture files and shows the result as a table, as JSON and as a contact sheet. */
final class Classifications {
  private static final int MAX_ON_SHEET = 1000;

  private Classifications() {}

  /** Checks how many labels a picture shall get. */
  static void checkTop(int top) {
    if (top < 1) {
      throw new UsageFailure("--top must be at least 1, found " + top);
    }
  }

  /** Checks how many pictures a contact sheet shall show. */
  static void checkSheet(int pictures) {
    if (pictures > MAX_ON_SHEET) {
      throw new UsageFailure(
          "--sheet shows at most %d pictures, found %d".formatted(MAX_ON_SHEET, pictures));
    }
  }

  /**
   * Classifies each file by itself, so that each latency is that of one picture.
   *
   * @param sheet true if the results shall be shown on a contact sheet
   * @param broken told of each file that is no picture or cannot be read; it has no result
   */
  static List<Classification> of(
      Session session, List<Path> files, int top, boolean sheet, Consumer<Exception> broken) {
    ImageClassifier classifier = new ImageClassifier(session);
    List<Classification> results = new ArrayList<>();
    try (ProgressBar progress = Progress.start("pictures", files.size())) {
      for (Path file : files) {
        progress.step();
        BufferedImage picture;
        try {
          picture = ImageFiles.read(file);
        } catch (IOException | ImageFormatException e) {
          broken.accept(e);
          continue;
        }
        long start = System.nanoTime();
        List<Prediction> predictions = classifier.classify(picture, top);
        double milliseconds = (System.nanoTime() - start) / 1e6;
        Optional<BufferedImage> thumbnail =
            sheet ? Optional.of(ContactSheet.thumbnail(picture)) : Optional.empty();
        results.add(new Classification(file, thumbnail, predictions, milliseconds));
      }
    }
    return results;
  }

  static void printTable(List<Classification> results, PrintWriter out) {
    Table table = new Table("picture", "label", "probability ", "ms ");
    for (Classification result : results) {
      String file = result.file().getFileName().toString();
      String milliseconds = "%.2f".formatted(result.milliseconds());
      for (Prediction prediction : result.predictions()) {
        String probability = "%.1f %%".formatted(100 * prediction.probability());
        table.add(file, prediction.label(), probability, milliseconds);
        file = "";
        milliseconds = "";
      }
    }
    table.print(out);
  }

  static void printJson(List<Classification> results, PrintWriter out) throws IOException {
    List<Map<String, Object>> list = new ArrayList<>();
    for (Classification result : results) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("file", result.file().toString());
      entry.put("milliseconds", result.milliseconds());
      List<Map<String, Object>> predictions = new ArrayList<>();
      for (Prediction prediction : result.predictions()) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("index", prediction.index());
        fields.put("label", prediction.label());
        fields.put("probability", prediction.probability());
        predictions.add(fields);
      }
      entry.put("predictions", predictions);
      list.add(entry);
    }
    JsonOutput.print(list, out);
  }

  /**
   * Writes a contact sheet.
   *
   * @param expected the right label of a file, where it is known
   */
  static void writeSheet(
      String title,
      List<Classification> results,
      Function<Path, Optional<String>> expected,
      Path file)
      throws IOException {
    List<ContactSheet.Entry> entries = new ArrayList<>();
    for (Classification result : results) {
      entries.add(
          new ContactSheet.Entry(
              result.file().getFileName().toString(),
              result.thumbnail().orElseThrow(),
              result.predictions(),
              expected.apply(result.file())));
    }
    PngFiles.write(file, ContactSheet.draw(title, entries));
  }
}
