package dev.vgnet.zoo;

/**
 * Where in a network a layer is; what keys count by. All numbers but the unit's begin with 1.
 *
 * @param stage of the network
 * @param block in its stage
 * @param row of the network's table
 * @param repeat of the block in its row
 * @param number of the block in the network
 * @param unit of the block's convolutions and squeeze-excite blocks, from 0
 */
record Position(int stage, int block, int row, int repeat, int number, int unit) {
  static final Position START = new Position(0, 0, 0, 0, 0, -1);

  Position nextRow(int nextStage) {
    return new Position(nextStage, nextStage == stage ? block : 0, row + 1, 0, number, -1);
  }

  Position nextBlock() {
    return new Position(stage, block + 1, row, repeat + 1, number + 1, -1);
  }

  Position nextUnit() {
    return new Position(stage, block, row, repeat, number, unit + 1);
  }

  /** The canonical name of the block. */
  String name() {
    return "stage" + stage + ".block" + block;
  }

  int get(String what) {
    return switch (what) {
      case "stage" -> stage;
      case "block" -> block;
      case "row" -> row;
      case "repeat" -> repeat;
      case "number" -> number;
      case "unit" -> unit;
      default -> throw new IllegalArgumentException("a key counts by no " + what);
    };
  }
}
