package dev.vgnet.image;

import java.awt.geom.AffineTransform;
import java.awt.geom.Arc2D;
import java.awt.geom.Path2D;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Map;
import java.util.Scanner;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A plain sans-serif typeface, drawn as the path of a pen. Java2D cannot draw text with a font
 * where no fonts or no fontconfig are installed, as on many servers and in most containers; this
 * one looks the same everywhere. It has the glyphs of ASCII; accents are left off, and an empty box
 * stands for what is missing.
 */
final class StrokeFont {
  /** Font units of one em; capitals are 20 of them high. */
  static final double EM = 28;

  private static final int MISSING = '\ufffd';
  private static final Map<Integer, Glyph> GLYPHS = load();

  private StrokeFont() {}

  private record Glyph(double advance, Path2D pen) {}

  /** How far a text reaches, in font units. */
  static double width(String text) {
    return codePoints(text).mapToDouble(c -> glyph(c).advance).sum();
  }

  /** The path of the pen that writes a text, in font units from the start of the baseline. */
  static Path2D pen(String text) {
    Path2D path = new Path2D.Double();
    AffineTransform position = new AffineTransform();
    for (int codePoint : codePoints(text).toArray()) {
      Glyph glyph = glyph(codePoint);
      path.append(glyph.pen.getPathIterator(position), false);
      position.translate(glyph.advance, 0);
    }
    return path;
  }

  private static IntStream codePoints(String text) {
    return Normalizer.normalize(text, Normalizer.Form.NFKD)
        .codePoints()
        .filter(c -> Character.getType(c) != Character.NON_SPACING_MARK)
        .map(c -> Character.isWhitespace(c) ? ' ' : c);
  }

  private static Glyph glyph(int codePoint) {
    return GLYPHS.getOrDefault(codePoint, GLYPHS.get(MISSING));
  }

  private static Map<Integer, Glyph> load() {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                StrokeFont.class.getResourceAsStream("stroke-font.txt"), StandardCharsets.UTF_8))) {
      return reader
          .lines()
          .filter(line -> !line.startsWith("//"))
          .collect(
              Collectors.toUnmodifiableMap(
                  line -> line.codePointAt(0), line -> parse(line.substring(2))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Glyph parse(String line) {
    Scanner words = new Scanner(line);
    double advance = Double.parseDouble(words.next());
    Path2D pen = new Path2D.Double();
    while (words.hasNext()) {
      switch (words.next()) {
        case "M" -> pen.moveTo(number(words), number(words));
        case "L" -> pen.lineTo(number(words), number(words));
        case "O" -> pen.append(arc(words), false);
        case "o" -> pen.append(arc(words), true);
        default -> throw new IllegalStateException("no glyph: " + line);
      }
    }
    return new Glyph(advance, pen);
  }

  private static Arc2D arc(Scanner words) {
    double x = number(words);
    double y = number(words);
    double radiusX = number(words);
    double radiusY = number(words);
    return new Arc2D.Double(
        x - radiusX,
        y - radiusY,
        2 * radiusX,
        2 * radiusY,
        number(words),
        number(words),
        Arc2D.OPEN);
  }

  private static double number(Scanner words) {
    return Double.parseDouble(words.next());
  }
}
