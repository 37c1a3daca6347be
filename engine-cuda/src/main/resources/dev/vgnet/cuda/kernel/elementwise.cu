// Steps that compute each number from few others at the same pixel.
#include "slices.cuh"

struct Elementwise {
    View input;
    Epilogue epilogue;
    Target output;
    long long pixels;

    __device__ float compute(long long pixel, int channel) const {
        float y = epilogue.finish(input.load(pixel, channel), pixel, channel);
        output.store(pixel, channel, y);
        return y;
    }
};

KERNEL(elementwise, Elementwise) {
    long long number = threadNumber();
    long long pixel = number / p.output.channels;
    if (pixel < p.pixels) p.compute(pixel, static_cast<int>(number % p.output.channels));
}

struct ElementwiseSums {
    Elementwise step;
    Sliced sliced;
};

// The same, and the sums of what comes out.
KERNEL(elementwiseSums, ElementwiseSums) {
    p.sliced.sumUp([&](long long pixel, int channel) { return p.step.compute(pixel, channel); });
}

struct Multiply {
    View input;
    View factor;
    Target output;
    long long pixels;
    long long pixelsPerFactor;  // 1, or all those of an image
};

KERNEL(multiply, Multiply) {
    long long number = threadNumber();
    long long pixel = number / p.output.channels;
    int channel = static_cast<int>(number % p.output.channels);
    if (pixel >= p.pixels) return;
    float factor = p.factor.load(pixel / p.pixelsPerFactor, channel);
    p.output.store(pixel, channel, p.input.load(pixel, channel) * factor);
}

constexpr int MAX_GATHERED = 192;

// Some channels in a row, from as many places as fit in the parameters of a launch.
struct Gather {
    Part parts[MAX_GATHERED];
    Target output;  // the channels gathered
    long long pixels;
};

KERNEL(gather, Gather) {
    long long number = threadNumber();
    long long pixel = number / p.output.channels;
    int channel = static_cast<int>(number % p.output.channels);
    if (pixel >= p.pixels) return;
    int i = 0;
    int first = 0;
    while (channel - first >= p.parts[i].channels) {
        first += p.parts[i++].channels;
    }
    const Part& part = p.parts[i];
    p.output.data[pixel * p.output.stride + channel] = part.data[pixel * part.stride + channel - first];
}
