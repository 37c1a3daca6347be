package dev.vgnet.profile;

import dev.vgnet.error.Printable;
import dev.vgnet.profile.GraphLayout.Box;
import dev.vgnet.profile.GraphLayout.Line;
import dev.vgnet.runtime.ExecutionReport.StepReport;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** The steps of a network as boxes, from top to bottom, the redder the more time they take. */
public final class GraphPicture {
  private static final int MARGIN = 24;
  private static final int TITLE = 44;
  private static final int BOX_WIDTH = 330;
  private static final int BOX_HEIGHT = 78;
  private static final int LINE_HEIGHT = 16;

  /** Characters of the small and of the large text that fit in a box. */
  private static final int SMALL = 48;

  private static final int LARGE = 40;

  private static final String STYLE =
      """
      text { font-family: 'DejaVu Sans Mono', Menlo, Consolas, monospace; font-size: 11px; fill: #333; }
      .name { font-size: 13px; font-weight: bold; fill: #111; }
      .title { font-size: 17px; font-weight: bold; fill: #111; }
      rect { stroke: #666; }
      .paper { fill: #fff; stroke: none; }
      polyline { fill: none; stroke: #777; stroke-width: 1.3; marker-end: url(#arrow); }
      """;

  private final List<StepReport> steps;
  private final long[] nanos;
  private final int batch;
  private final long total;
  private final long longest;
  private final XMLStreamWriter svg;

  private GraphPicture(List<StepReport> steps, long[] nanos, int batch, XMLStreamWriter svg) {
    this.steps = steps;
    this.nanos = nanos;
    this.batch = batch;
    this.svg = svg;
    total = Arrays.stream(nanos).sum();
    longest = Arrays.stream(nanos).max().orElse(0);
  }

  /**
   * Draws steps as SVG.
   *
   * @param title above the picture
   * @param nanos the time of each step
   * @param batch images in that time
   */
  public static String svg(String title, List<StepReport> steps, long[] nanos, int batch) {
    if (nanos.length != steps.size()) {
      throw new IllegalArgumentException(nanos.length + " times for " + steps.size() + " steps");
    }
    StringWriter text = new StringWriter();
    try {
      XMLStreamWriter svg = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(text);
      new GraphPicture(steps, nanos, batch, svg).draw(title);
      svg.close();
    } catch (XMLStreamException e) {
      throw new IllegalStateException(e); // Nothing but memory is written.
    }
    return text + "\n";
  }

  private void draw(String title) throws XMLStreamException {
    GraphLayout layout = GraphLayout.of(steps, BOX_WIDTH, BOX_HEIGHT);
    double width = Math.max(layout.width(), 10.5 * title.length()) + 2 * MARGIN;
    double height = layout.height() + 2 * MARGIN + TITLE;
    start("svg", "xmlns", "http://www.w3.org/2000/svg");
    attributes("width", number(width), "height", number(height));
    attributes("viewBox", "0 0 " + number(width) + " " + number(height));
    start("style");
    svg.writeCharacters(STYLE);
    svg.writeEndElement();
    arrow();
    start("rect", "class", "paper", "width", "100%", "height", "100%");
    svg.writeEndElement();
    text("title", MARGIN, MARGIN + 12, title);
    text(
        "",
        MARGIN,
        MARGIN + 32,
        number(total / 1e3) + " us in " + steps.size() + " steps; the redder, the longer");
    start("g", "transform", "translate(" + MARGIN + "," + (MARGIN + TITLE) + ")");
    for (Line line : layout.lines()) {
      start("polyline", "points", points(line));
      svg.writeEndElement();
    }
    for (int i = 0; i < layout.boxes().size(); i++) {
      if (i < steps.size()) {
        step(layout.boxes().get(i), steps.get(i), nanos[i]);
      } else {
        outside(layout.boxes().get(i));
      }
    }
    svg.writeEndElement();
    svg.writeEndElement();
    svg.writeEndDocument();
  }

  private void arrow() throws XMLStreamException {
    start("marker", "id", "arrow", "viewBox", "0 0 8 8", "refX", "8", "refY", "4");
    attributes("markerWidth", "7", "markerHeight", "7", "orient", "auto");
    start("path", "d", "M0 0 L8 4 L0 8 z", "fill", "#777");
    svg.writeEndElement();
    svg.writeEndElement();
  }

  private void step(Box box, StepReport step, long time) throws XMLStreamException {
    double share = (double) time / Math.max(1, total);
    String products =
        number((double) batch * step.multiplyAccumulates() / Math.max(1, time)) + " GMAC/s";
    start("g");
    start("title");
    svg.writeCharacters(
        Printable.of(
            "%s: %s, %s, %s".formatted(step.name(), step.kind(), step.kernel(), step.output())));
    svg.writeEndElement();
    box(colour(time), box.x(), box.y(), BOX_WIDTH, BOX_HEIGHT, 5);
    double x = box.x() + 8;
    double y = box.y() + LINE_HEIGHT + 2;
    text("name", x, y, shortened(step.name(), LARGE));
    text("", x, y + LINE_HEIGHT, shortened(step.kind() + ": " + step.kernel(), SMALL));
    String work = step.multiplyAccumulates() > 0 ? " · " + products : "";
    text("", x, y + 2 * LINE_HEIGHT, shortened(shape(step) + work, SMALL));
    String cost =
        number(time / 1e3) + " us (" + number(100 * share) + " %) · " + bytes(step.bytes());
    text("", x, y + 3 * LINE_HEIGHT, cost);
    svg.writeEndElement();
  }

  private void outside(Box box) throws XMLStreamException {
    box("#ffffff", box.x(), box.y(), BOX_WIDTH, BOX_HEIGHT, 5);
    text("name", box.x() + 8, box.y() + LINE_HEIGHT + 2, shortened(box.name(), LARGE));
    text("", box.x() + 8, box.y() + 2 * LINE_HEIGHT + 2, "the images, as the caller has them");
  }

  private static String shape(StepReport step) {
    return Arrays.stream(step.output().toArray())
        .mapToObj(Integer::toString)
        .collect(Collectors.joining(" x "));
  }

  private static String bytes(long bytes) {
    return bytes < 1e6
        ? number(bytes / 1e3) + " kB"
        : String.format(Locale.ROOT, "%.2f MB", bytes / 1e6);
  }

  /** From white to red, which the step that takes longest is. */
  private String colour(long time) {
    double heat = Math.sqrt((double) time / Math.max(1, longest));
    int green = (int) Math.round(255 - 135 * heat);
    int blue = (int) Math.round(250 - 160 * heat);
    return "#ff%02x%02x".formatted(green, blue);
  }

  /** The end of a long text says more than its beginning. */
  private static String shortened(String text, int length) {
    return text.length() <= length ? text : "…" + text.substring(text.length() - length + 1);
  }

  private static String points(Line line) {
    return line.points().stream()
        .map(point -> number(point.x()) + "," + number(point.y()))
        .collect(Collectors.joining(" "));
  }

  private void box(String colour, double x, double y, double width, double height, int radius)
      throws XMLStreamException {
    start("rect", "x", number(x), "y", number(y), "width", number(width));
    attributes("height", number(height), "rx", Integer.toString(radius), "fill", colour);
    svg.writeEndElement();
  }

  private void text(String kind, double x, double y, String text) throws XMLStreamException {
    start("text", "x", number(x), "y", number(y), "class", kind);
    svg.writeCharacters(Printable.of(text)); // shortened, it may begin with half a character
    svg.writeEndElement();
  }

  private void start(String element, String... attributes) throws XMLStreamException {
    svg.writeStartElement(element);
    attributes(attributes);
  }

  private void attributes(String... attributes) throws XMLStreamException {
    for (int i = 0; i < attributes.length; i += 2) {
      svg.writeAttribute(attributes[i], attributes[i + 1]);
    }
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
