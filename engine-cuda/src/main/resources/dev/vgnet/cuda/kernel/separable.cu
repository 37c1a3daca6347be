// A depthwise convolution and a pointwise one after it, whose input is filtered as it is read.
#include "depthwise.cuh"
#include "product.cuh"

// Some parts of a product's input that are convolved, each channel by itself, as they are read.
struct Filter {
    const float* weight;  // [kernel * kernel][channels]
    Epilogue epilogue;
    Window window;
    int firstPart;
    int endPart;
    int firstChannel;  // among all of the input
    int channels;
};

struct Separable {
    Product product;
    Filter filter;
};

namespace product {
// Reads the input, filtered where it is to be.
struct Filtered {
    const Separable& p;
    Place places[INPUTS];

    __device__ Filtered(const Separable& separable, long long firstPixel) : p(separable) {
#pragma unroll
        for (int i = 0; i < INPUTS; i++) places[i] = Place(p.filter.window, firstPixel + broughtPixel(i));
    }

    __device__ float read(const Cursor& at, int i, long long pixel) const {
        const Filter& f = p.filter;
        const Part& in = p.product.input.parts[at.part];
        const Element* data = in.data + at.channel + broughtChannel();
        if (at.part < f.firstPart || at.part >= f.endPart) return ::number(data[pixel * in.stride]);
        int channel = at.weightRow + broughtChannel() - f.firstChannel;
        float sum = windowSum(f.window, places[i], f.weight + channel, f.channels,
                              [&](long long from) { return ::number(data[from * in.stride]); });
        return f.epilogue.finish(sum, pixel, channel);
    }
};
}  // namespace product

// A depthwise convolution and a product over its output, which is never stored.
KERNEL(separableTile, Separable) {
    using namespace product;
    Stretch stretch(p.product);
    compute(p.product, Filtered(p, stretch.first), stretch);
}
