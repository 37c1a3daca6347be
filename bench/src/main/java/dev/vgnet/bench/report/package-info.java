/** Results as tables and charts, beside the figures of the papers. */
package dev.vgnet.bench.report;
