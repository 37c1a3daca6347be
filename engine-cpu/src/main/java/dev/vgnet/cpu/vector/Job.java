package dev.vgnet.cpu.vector;

/**
 * Work in phases. The blocks of a phase are independent of each other; a phase begins when the one
 * before has ended.
 */
interface Job {
  int phases();

  /** The number of blocks of a phase; may be zero. */
  int blocks(int phase);

  /**
   * Computes one block.
   *
   * @param worker from 0; no other thread has this number at the same time
   */
  void run(int worker, int phase, int block);
}
