// Convolutions of each channel by itself, with kernels learned, shared or fixed: a thread computes one number.
#include "common.cuh"

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
    Place place(p.window, pixel);
    float sum = 0;
    for (int tap = 0; tap < p.window.kernel * p.window.kernel; tap++) {
        long long from = place.input(p.window, tap / p.window.kernel, tap % p.window.kernel);
        if (from >= 0) sum += p.input.load(from, channel) * p.weight[tap * p.output.channels + channel];
    }
    p.output.store(pixel, channel, p.epilogue.finish(sum, pixel, channel));
}
