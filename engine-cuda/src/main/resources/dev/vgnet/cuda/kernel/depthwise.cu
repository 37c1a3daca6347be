// Convolutions of each channel by itself, with kernels learned, shared or fixed: a thread computes number by number.
#include "depthwise.cuh"
#include "slices.cuh"

struct Depthwise {
    View input;
    const float* weight;  // [kernel * kernel][channels]
    Epilogue epilogue;
    Target output;
    Window window;
    long long pixels;

    __device__ float compute(long long pixel, int channel) const {
        Channel in = input.at(channel);
        float sum = windowSum(window, Place(window, pixel), weight + channel, output.channels,
                              [&](long long from) { return in.load(from); });
        float y = epilogue.finish(sum, pixel, channel);
        output.store(pixel, channel, y);
        return y;
    }
};

KERNEL(depthwise, Depthwise) {
    long long number = threadNumber();
    long long pixel = number / p.output.channels;
    if (pixel < p.pixels) p.compute(pixel, static_cast<int>(number % p.output.channels));
}

struct DepthwiseSums {
    Depthwise convolution;
    Sliced sliced;
};

// The same, and the sums of what comes out.
KERNEL(depthwiseSums, DepthwiseSums) {
    p.sliced.sumUp([&](long long pixel, int channel) { return p.convolution.compute(pixel, channel); });
}
