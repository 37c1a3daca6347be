// Convolutions whose sums are too short for tiles, or over several groups: a thread computes number by number.
#include "slices.cuh"

struct Convolution {
    View input;
    const float* weight;  // [kernel * kernel][channels / groups][output channels]
    Epilogue epilogue;
    Target output;
    Window window;
    long long pixels;
    int groups;
    int unused;

    __device__ float compute(long long pixel, int channel) const {
        int channels = input.channels / groups;
        int first = channel / (output.channels / groups) * channels;
        Place place(window, pixel);
        const float* next = weight + channel;
        float sum = 0;
        for (int tap = 0; tap < window.kernel * window.kernel; tap++) {
            long long from = place.input(window, tap / window.kernel, tap % window.kernel);
            for (int c = 0; c < channels; c++) {
                if (from >= 0) sum += input.load(from, first + c) * *next;
                next += output.channels;
            }
        }
        float y = epilogue.finish(sum, pixel, channel);
        output.store(pixel, channel, y);
        return y;
    }
};

KERNEL(convolution, Convolution) {
    long long number = threadNumber();
    long long pixel = number / p.output.channels;
    if (pixel < p.pixels) p.compute(pixel, static_cast<int>(number % p.output.channels));
}

struct ConvolutionSums {
    Convolution convolution;
    Sliced sliced;
};

// The same, and the sums of what comes out.
KERNEL(convolutionSums, ConvolutionSums) {
    p.sliced.sumUp([&](long long pixel, int channel) { return p.convolution.compute(pixel, channel); });
}
