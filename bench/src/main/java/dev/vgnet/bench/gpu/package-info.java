/** What the bundle for machines with a GPU runs: parity, latency and endurance on the device. */
package dev.vgnet.bench.gpu;
