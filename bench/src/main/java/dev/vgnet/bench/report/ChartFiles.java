package dev.vgnet.bench.report;

import dev.vgnet.bench.measure.OutputFiles;
import dev.vgnet.image.PngFiles;
import java.awt.Color;
import java.awt.Dimension;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Path;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGraphics2D;
import org.jfree.chart.JFreeChart;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** Charts as SVG and, with twice the pixels for sharp screens, PNG. */
final class ChartFiles {
  private static final int PNG_SCALE = 2;

  private ChartFiles() {}

  /** Writes {@code name.svg} and {@code name.png}. */
  static void write(JFreeChart chart, Dimension size, Path folder, String name) throws IOException {
    writePng(chart, size, folder.resolve(name + ".png"));
    writeSvg(chart, size, folder.resolve(name + ".svg"));
  }

  private static void writePng(JFreeChart chart, Dimension size, Path path) throws IOException {
    BufferedImage image =
        new BufferedImage(
            PNG_SCALE * size.width, PNG_SCALE * size.height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    graphics.scale(PNG_SCALE, PNG_SCALE);
    chart.draw(graphics, area(size));
    graphics.dispose();
    PngFiles.write(path, image);
  }

  private static void writeSvg(JFreeChart chart, Dimension size, Path path) throws IOException {
    SVGGraphics2D graphics = new SVGGraphics2D(document());
    graphics.setSVGCanvasSize(size);
    chart.draw(graphics, area(size));
    StringWriter svg = new StringWriter();
    Element root = graphics.getRoot();
    root.setAttribute("viewBox", "0 0 %d %d".formatted(size.width, size.height));
    graphics.stream(root, svg, true, false);
    OutputFiles.write(path, svg.toString());
  }

  private static Document document() {
    try {
      return DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .getDOMImplementation()
          .createDocument("http://www.w3.org/2000/svg", "svg", null);
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Rectangle2D area(Dimension size) {
    return new Rectangle2D.Double(0, 0, size.width, size.height);
  }
}
