/** What is measured: this engine and others behind one interface, and what they are given to do. */
package dev.vgnet.bench.engine;
