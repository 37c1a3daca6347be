// Between the caller's layout, channel by channel in float, and feature maps.
#include "common.cuh"

struct Import {
    const float* images;  // [N, C, H * W]
    Target output;
    long long pixels;
    long long pixelsPerImage;
};

KERNEL(importImages, Import) {
    long long number = threadNumber();
    long long pixel = number / p.output.channels;
    int channel = static_cast<int>(number % p.output.channels);
    if (pixel >= p.pixels) return;
    long long image = pixel / p.pixelsPerImage;
    long long plane = image * p.output.channels + channel;
    p.output.store(pixel, channel, p.images[plane * p.pixelsPerImage + pixel % p.pixelsPerImage]);
}

// Some of the channels.
struct Export {
    View input;
    float* values;  // [N, C, H * W]
    long long pixels;
    long long pixelsPerImage;
    int first;
    int channels;
};

KERNEL(exportValues, Export) {
    long long number = threadNumber();
    long long pixel = number / p.input.channels;
    int channel = static_cast<int>(number % p.input.channels);
    if (pixel >= p.pixels) return;
    long long image = pixel / p.pixelsPerImage;
    long long plane = image * p.channels + p.first + channel;
    p.values[plane * p.pixelsPerImage + pixel % p.pixelsPerImage] = p.input.load(pixel, channel);
}
