package dev.vgnet.image;

import dev.vgnet.model.Interpolation;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.geom.RoundRectangle2D;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * One picture that shows pictures and what a network says about each: a grid of thumbnails with the
 * predictions beneath, a bar for each probability, and a mark for right or wrong where the answer
 * is known. Draws without a display and without installed fonts. Safe for any thread.
 */
public final class ContactSheet {
  private static final int MARGIN = 32;
  private static final int GAP = 20;
  private static final int HEADER = 84;
  private static final int PADDING = 16;
  private static final int CARD_WIDTH = 292;
  private static final int INNER_WIDTH = CARD_WIDTH - 2 * PADDING;
  private static final int THUMBNAIL_HEIGHT = 196;
  private static final int NAME_HEIGHT = 34;
  private static final int LINE_HEIGHT = 34;
  private static final int BAR_HEIGHT = 6;
  private static final int CORNER = 12;
  private static final int MAX_COLUMNS = 6;
  private static final int MAX_TITLE_WIDTH = 900;

  private static final Color BACKGROUND = new Color(0xf3f5f7);
  private static final Color CARD = Color.WHITE;
  private static final Color BORDER = new Color(0xdfe4e9);
  private static final Color TRACK = new Color(0xe9edf1);
  private static final Color BAR = new Color(0x4a7db5);
  private static final Color FAINT_BAR = new Color(0xa9c1db);
  private static final Color RIGHT = new Color(0x3a8f5f);
  private static final Color WRONG = new Color(0xc2544c);
  private static final Color INK = new Color(0x1f2630);
  private static final Color QUIET_INK = new Color(0x66707c);

  private static final TextStyle TITLE = new TextStyle(26, 2.3, INK);
  private static final TextStyle SUBTITLE = new TextStyle(15, 1.15, QUIET_INK);
  private static final TextStyle NAME = new TextStyle(13.5, 1.1, QUIET_INK);
  private static final TextStyle BEST = new TextStyle(15.5, 1.65, INK);
  private static final TextStyle OTHER = new TextStyle(15.5, 1.2, QUIET_INK);

  private ContactSheet() {}

  /**
   * A picture on the sheet.
   *
   * @param name of the picture, such as its file's
   * @param image of any type and size, taken as {@link ImageFiles} takes it
   * @param predictions the best first
   * @param expected the label that would be right, if that is known
   */
  public record Entry(
      String name, BufferedImage image, List<Prediction> predictions, Optional<String> expected) {
    public Entry {
      Objects.requireNonNull(name);
      Objects.requireNonNull(image);
      Objects.requireNonNull(expected);
      predictions = List.copyOf(predictions);
    }

    private Optional<Boolean> right() {
      return expected.map(
          label -> !predictions.isEmpty() && predictions.getFirst().label().equals(label));
    }
  }

  /**
   * Draws a sheet.
   *
   * @param entries at least one, from left to right and top to bottom
   * @return of type {@link BufferedImage#TYPE_3BYTE_BGR}
   * @throws IllegalArgumentException if there are no entries or too many for one image
   */
  public static BufferedImage draw(String title, List<Entry> entries) {
    if (entries.isEmpty()) {
      throw new IllegalArgumentException("a contact sheet needs a picture");
    }
    int columns = columns(entries.size());
    int rows = Math.ceilDiv(entries.size(), columns);
    int lines = entries.stream().mapToInt(e -> e.predictions().size()).max().orElse(0);
    int cardHeight = PADDING + THUMBNAIL_HEIGHT + NAME_HEIGHT + lines * LINE_HEIGHT + PADDING / 2;
    double titleWidth = Math.min(TITLE.width(title), MAX_TITLE_WIDTH);
    int gridWidth = columns * (CARD_WIDTH + GAP) - GAP;
    BufferedImage sheet =
        RgbImages.create(
            2 * MARGIN + Math.max(gridWidth, (int) Math.ceil(titleWidth)),
            Math.toIntExact(HEADER + (long) rows * (cardHeight + GAP) - GAP + MARGIN));
    Graphics2D graphics = graphics(sheet);
    try {
      drawHeader(graphics, title, entries, sheet.getWidth());
      for (int i = 0; i < entries.size(); i++) {
        int x = MARGIN + i % columns * (CARD_WIDTH + GAP);
        int y = HEADER + i / columns * (cardHeight + GAP);
        drawCard(graphics, entries.get(i), x, y, cardHeight);
      }
    } finally {
      graphics.dispose();
    }
    return sheet;
  }

  /**
   * A picture as small as the sheet shows it, of which the sheet would look the same: for callers
   * that do not want to keep many pictures.
   *
   * @param image of any type and size, taken as {@link ImageFiles} takes it
   */
  public static BufferedImage thumbnail(BufferedImage image) {
    double scale =
        Math.min(
            (double) INNER_WIDTH / image.getWidth(), (double) THUMBNAIL_HEIGHT / image.getHeight());
    int width = Math.max((int) Math.round(image.getWidth() * scale), 1);
    int height = Math.max((int) Math.round(image.getHeight() * scale), 1);
    return Resize.resize(image, width, height, Interpolation.BICUBIC);
  }

  /** About as many columns as make the sheet of a screen's shape. */
  private static int columns(int entries) {
    return (int) Math.min(Math.round(Math.sqrt(1.5 * entries)), MAX_COLUMNS);
  }

  private static Graphics2D graphics(BufferedImage sheet) {
    Graphics2D graphics = sheet.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    graphics.setColor(BACKGROUND);
    graphics.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
    return graphics;
  }

  private static void drawHeader(
      Graphics2D graphics, String title, List<Entry> entries, int width) {
    TITLE.draw(graphics, TITLE.shorten(title, width - 2 * MARGIN), MARGIN, 44);
    String summary = summary(entries);
    SUBTITLE.draw(graphics, SUBTITLE.shorten(summary, width - 2 * MARGIN), MARGIN, 66);
  }

  private static String summary(List<Entry> entries) {
    String pictures = entries.size() == 1 ? "1 picture" : entries.size() + " pictures";
    long known = entries.stream().filter(e -> e.right().isPresent()).count();
    long right = entries.stream().filter(e -> e.right().orElse(false)).count();
    return known == 0 ? pictures : pictures + " · " + right + " of " + known + " right";
  }

  private static void drawCard(Graphics2D graphics, Entry entry, int x, int y, int height) {
    RoundRectangle2D card =
        new RoundRectangle2D.Double(x + 0.5, y + 0.5, CARD_WIDTH - 1, height - 1, CORNER, CORNER);
    graphics.setColor(CARD);
    graphics.fill(card);
    graphics.setColor(BORDER);
    graphics.setStroke(new BasicStroke(1));
    graphics.draw(card);

    int left = x + PADDING;
    int top = y + PADDING;
    drawThumbnail(graphics, entry.image(), left, top);
    entry.right().ifPresent(right -> drawMark(graphics, right, left + INNER_WIDTH, top));

    int baseline = top + THUMBNAIL_HEIGHT + 20;
    NAME.draw(graphics, NAME.shorten(caption(entry), INNER_WIDTH), left, baseline);
    int line = top + THUMBNAIL_HEIGHT + NAME_HEIGHT;
    for (int i = 0; i < entry.predictions().size(); i++) {
      drawPrediction(graphics, entry.predictions().get(i), i == 0, left, line + i * LINE_HEIGHT);
    }
  }

  private static String caption(Entry entry) {
    return entry.right().orElse(true)
        ? entry.name()
        : "expected %s – %s".formatted(entry.expected().orElseThrow(), entry.name());
  }

  private static void drawThumbnail(Graphics2D graphics, BufferedImage image, int x, int y) {
    graphics.setColor(TRACK);
    graphics.fill(new Rectangle2D.Double(x, y, INNER_WIDTH, THUMBNAIL_HEIGHT));
    BufferedImage thumbnail = thumbnail(image);
    graphics.drawImage(
        thumbnail,
        x + (INNER_WIDTH - thumbnail.getWidth()) / 2,
        y + (THUMBNAIL_HEIGHT - thumbnail.getHeight()) / 2,
        null);
  }

  /** A tick or a cross on a disc, in the corner of a thumbnail. */
  private static void drawMark(Graphics2D graphics, boolean right, int cornerX, int cornerY) {
    double x = cornerX - 16;
    double y = cornerY + 16;
    graphics.setColor(CARD);
    graphics.fill(new Ellipse2D.Double(x - 12, y - 12, 24, 24));
    graphics.setColor(right ? RIGHT : WRONG);
    graphics.fill(new Ellipse2D.Double(x - 10, y - 10, 20, 20));
    Path2D sign = new Path2D.Double();
    if (right) {
      sign.moveTo(x - 4.2, y + 0.4);
      sign.lineTo(x - 1.2, y + 3.4);
      sign.lineTo(x + 4.4, y - 3.2);
    } else {
      sign.moveTo(x - 3.4, y - 3.4);
      sign.lineTo(x + 3.4, y + 3.4);
      sign.moveTo(x + 3.4, y - 3.4);
      sign.lineTo(x - 3.4, y + 3.4);
    }
    graphics.setColor(CARD);
    graphics.setStroke(new BasicStroke(2.2f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    graphics.draw(sign);
  }

  private static void drawPrediction(
      Graphics2D graphics, Prediction prediction, boolean best, int x, int y) {
    TextStyle style = best ? BEST : OTHER;
    String percent = String.format(Locale.ROOT, "%.1f %%", 100 * prediction.probability());
    double percentWidth = style.width(percent);
    int baseline = y + 15;
    style.draw(graphics, percent, x + INNER_WIDTH - percentWidth, baseline);
    String label = style.shorten(prediction.label(), INNER_WIDTH - percentWidth - 12);
    style.draw(graphics, label, x, baseline);
    drawBar(graphics, INNER_WIDTH, TRACK, x, baseline + 7);
    double length = prediction.probability() * INNER_WIDTH;
    drawBar(graphics, length, best ? BAR : FAINT_BAR, x, baseline + 7);
  }

  private static void drawBar(Graphics2D graphics, double length, Color colour, int x, int y) {
    graphics.setColor(colour);
    graphics.fill(new RoundRectangle2D.Double(x, y, length, BAR_HEIGHT, BAR_HEIGHT, BAR_HEIGHT));
  }
}
