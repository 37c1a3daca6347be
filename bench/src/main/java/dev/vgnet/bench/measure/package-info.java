/**
 * JMH benchmarks of whole networks and of single steps, processes that share their cores, young
 * processes; the conditions of a measurement, its statistics and its file.
 */
package dev.vgnet.bench.measure;
