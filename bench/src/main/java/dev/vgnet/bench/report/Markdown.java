package dev.vgnet.bench.report;

import java.util.ArrayList;
import java.util.List;

/** A table in Markdown, aligned on the console too: the first column to the left. */
public final class Markdown {
  private final List<List<String>> rows = new ArrayList<>();

  public Markdown(List<String> headers) {
    rows.add(headers);
  }

  public void add(List<String> cells) {
    if (cells.size() != rows.getFirst().size()) {
      throw new IllegalArgumentException(cells.size() + " cells for " + rows.getFirst().size());
    }
    rows.add(cells);
  }

  @Override
  public String toString() {
    int[] widths = new int[rows.getFirst().size()];
    for (List<String> row : rows) {
      for (int column = 0; column < widths.length; column++) {
        widths[column] = Math.max(widths[column], row.get(column).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (int row = 0; row < rows.size(); row++) {
      StringBuilder rule = new StringBuilder();
      for (int column = 0; column < widths.length; column++) {
        String cell = rows.get(row).get(column);
        String padding = " ".repeat(widths[column] - cell.length());
        text.append("| ").append(column == 0 ? cell + padding : padding + cell).append(' ');
        rule.append('|').append("-".repeat(widths[column] + 1)).append(column == 0 ? '-' : ':');
      }
      text.append("|\n").append(row == 0 ? rule + "|\n" : "");
    }
    return text.toString();
  }
}
