package dev.vgnet.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.profile.GraphLayout.Box;
import dev.vgnet.profile.GraphLayout.Line;
import dev.vgnet.runtime.ExecutionReport.StepReport;
import dev.vgnet.tensor.Shape;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.util.DefaultLocale;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class GraphPictureTest {
  /** A residual block, and an output that has the name of its step. */
  private static final List<StepReport> STEPS =
      List.of(
          step("stem<&>", "x"), step("a", "stem<&>"), step("b", "a", "stem<&>"), step("b", "b"));

  private static StepReport step(String name, String... inputs) {
    return new StepReport(
        name, "pointwise", List.of(inputs), "tile", Shape.of(8, 4, 4), 128, 2_500_000);
  }

  @Test
  void stepsComeAfterTheirInputsAndDoNotOverlap() {
    GraphLayout layout = GraphLayout.of(STEPS, 100, 30);
    List<Box> boxes = layout.boxes();
    assertEquals(List.of("stem<&>", "a", "b", "b", "x"), boxes.stream().map(Box::name).toList());
    assertEquals(5, layout.lines().size());
    for (Line line : layout.lines()) {
      assertTrue(line.points().getFirst().y() < line.points().getLast().y(), line::toString);
    }
    for (Box one : boxes) {
      assertTrue(one.x() >= 0 && one.x() + 100 <= layout.width(), one::toString);
      assertTrue(one.y() >= 0 && one.y() + 30 <= layout.height(), one::toString);
      for (Box other : boxes) {
        boolean apart = Math.abs(one.x() - other.x()) >= 100 || Math.abs(one.y() - other.y()) >= 30;
        assertTrue(apart || one == other, () -> one + " " + other);
      }
    }
  }

  private static Document parsed(String svg) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
  }

  /** Names are text of a file: any but half a surrogate pair, which a shortened one begins with. */
  @Test
  void namesCannotBreakThePicture() throws Exception {
    String name = "cl\u0001\ufffe\uffff";
    String wide = "\ud83d\ude00".repeat(21);
    String svg =
        GraphPicture.svg(name, List.of(step(name, wide), step(wide, name)), new long[2], 1);
    String text = parsed(svg).getDocumentElement().getTextContent();
    assertTrue(text.contains("cl\\u0001\\ufffe\\uffff: pointwise"), text);
    assertTrue(text.contains("…\\ude00"), text);
  }

  @Test
  @DefaultLocale(language = "fa", country = "IR")
  void hasTheDigitsOfSvgInEveryLocale() {
    String svg = GraphPicture.svg("", STEPS, new long[] {1_000, 6_000, 2_000, 1_000}, 2);
    assertTrue(svg.codePoints().allMatch(c -> c < 0x80 || !Character.isDigit(c)), svg);
  }

  @Test
  void everyBoxSaysWhatItsStepCosts() throws Exception {
    String svg = GraphPicture.svg("a <title>", STEPS, new long[] {1_000, 6_000, 2_000, 1_000}, 2);
    Document document = parsed(svg);
    String text = document.getDocumentElement().getTextContent();
    for (String said :
        List.of("a <title>", "stem<&>", "8 x 4 x 4", "6.0 us (60.0 %) · 2.50 MB", "10.0 us in 4")) {
      assertTrue(text.contains(said), said);
    }
    NodeList boxes = document.getElementsByTagName("rect");
    assertEquals(6, boxes.getLength(), "the paper, four steps and the input");
    assertEquals("#ff785a", ((Element) boxes.item(2)).getAttribute("fill"), "the longest");
    assertFalse(((Element) boxes.item(1)).getAttribute("fill").equals("#ff785a"));
    assertThrows(IllegalArgumentException.class, () -> GraphPicture.svg("", STEPS, new long[1], 1));
  }
}
