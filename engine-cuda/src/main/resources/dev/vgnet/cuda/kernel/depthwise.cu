// Convolutions of each channel by itself, with kernels learned, shared or fixed: a thread computes one number.
#include "depthwise.cuh"

struct Depthwise {
    View input;
    const float* weight;  // [kernel * kernel][channels]
    Epilogue epilogue;
    Target output;
    Window window;
    long long pixels;
};

KERNEL(depthwise, Depthwise) {
    long long number = threadNumber();
    long long pixel = number / p.output.channels;
    int channel = static_cast<int>(number % p.output.channels);
    if (pixel >= p.pixels) return;
    float sum = windowSum(p.window, Place(p.window, pixel), p.weight + channel, p.output.channels,
                          [&](long long from) { return p.input.load(from, channel); });
    p.output.store(pixel, channel, p.epilogue.finish(sum, pixel, channel));
}
