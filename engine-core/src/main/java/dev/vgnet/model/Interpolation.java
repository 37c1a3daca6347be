package dev.vgnet.model;

/** How an image is resized; both smooth the image first when they shrink it, as PIL does. */
public enum Interpolation {
  BILINEAR,
  BICUBIC
}
