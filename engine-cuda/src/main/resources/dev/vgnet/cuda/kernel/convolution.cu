// Convolutions whose sums are too short for tiles, or over several groups: a thread computes one number.
#include "common.cuh"

struct Convolution {
    View input;
    const float* weight;  // [kernel * kernel][channels / groups][output channels]
    Epilogue epilogue;
    Target output;
    Window window;
    long long pixels;
    int groups;
    int unused;
};

KERNEL(convolution, Convolution) {
    long long number = threadNumber();
    long long pixel = number / p.output.channels;
    int channel = static_cast<int>(number % p.output.channels);
    if (pixel >= p.pixels) return;
    int channels = p.input.channels / p.groups;
    int first = channel / (p.output.channels / p.groups) * channels;
    Place place(p.window, pixel);
    const float* weight = p.weight + channel;
    float sum = 0;
    for (int tap = 0; tap < p.window.kernel * p.window.kernel; tap++) {
        long long from = place.input(p.window, tap / p.window.kernel, tap % p.window.kernel);
        for (int c = 0; c < channels; c++) {
            if (from >= 0) sum += p.input.load(from, first + c) * *weight;
            weight += p.output.channels;
        }
    }
    p.output.store(pixel, channel, p.epilogue.finish(sum, pixel, channel));
}
