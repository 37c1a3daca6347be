package dev.vgnet.cpu.vector.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.vgnet.cpu.vector.pass.View.Part;
import java.util.List;
import org.junit.jupiter.api.Test;

class ViewTest {
  @Test
  void partsOfDifferentLengthsAreCutIntoEqualOnes() {
    View view = view(new Part(1000, 96, 22), new Part(500, 96, 22), new Part(2000, 96, 44));
    List<Part> equal =
        List.of(
            new Part(1000, 96, 22),
            new Part(500, 96, 22),
            new Part(2000, 96, 22),
            new Part(2022, 96, 22));
    assertEquals(equal, view.inEqualParts(22).parts());
  }

  @Test
  void partsStayAsTheyAreWhereTheyWouldBeTooShortOrAreOfDifferentStrides() {
    View shortest = view(new Part(0, 96, 22), new Part(500, 96, 44));
    assertEquals(shortest, shortest.inEqualParts(23));
    View strides = view(new Part(0, 96, 22), new Part(500, 104, 44));
    assertEquals(strides, strides.inEqualParts(16));
    View one = view(new Part(0, 96, 60));
    assertEquals(one, one.inEqualParts(16));
  }

  private static View view(Part... parts) {
    return new View(3, 5, List.of(parts), 2);
  }
}
