/**
 * From steps of a plan to passes: where feature maps lie, which steps become a cascade, and how
 * each is computed.
 */
package dev.vgnet.cpu.vector.compiler;
