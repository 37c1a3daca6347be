// Convolutions over one group, and products of matrices: output pixels times output channels in tiles, summed over
// the positions of the kernel, the parts of the input and their channels.
#include "common.cuh"

namespace product {
constexpr int THREADS = 256;
constexpr int PIXELS = 64;
constexpr int CHANNELS = 64;
constexpr int DEPTH = 16;
constexpr int INPUTS = PIXELS * DEPTH / THREADS;     // that a thread brings for each tile
constexpr int WEIGHTS = CHANNELS * DEPTH / THREADS;  // likewise
}  // namespace product

#if TENSOR_CORES
#include "tiles_tensor.cuh"
#else
#include "tiles_float.cuh"
#endif

struct Product {
    View input;
    const float* weight;  // [kernel * kernel * channels][weightStride]
    Epilogue epilogue;
    Target output;
    Window window;
    long long pixels;
    int weightStride;
    int unused;
};

namespace product {
// How far the sums have come: a position of the kernel, a part of the input, and channels of it.
struct Cursor {
    int tap = 0;
    int part = 0;
    int channel = 0;
    int weightRow = 0;

    __device__ int depth(const Product& p) const { return min(DEPTH, p.input.parts[part].channels - channel); }

    __device__ bool atEnd(const Product& p) const { return tap == p.window.kernel * p.window.kernel; }

    __device__ void advance(const Product& p) {
        weightRow += depth(p);
        channel += DEPTH;
        if (channel < p.input.parts[part].channels) return;
        channel = 0;
        if (++part < p.input.count) return;
        part = 0;
        tap++;
    }
};

// What a thread brings for the next tile: one channel of some pixels, and some weights.
struct Fetch {
    int k = threadIdx.x % DEPTH;
    int pixel = threadIdx.x / DEPTH;
    int weightK = threadIdx.x / CHANNELS;
    int weightChannel = threadIdx.x % CHANNELS;
    float inputs[INPUTS];
    float weights[WEIGHTS];

    __device__ void load(const Product& p, const Cursor& at, long long firstPixel, int firstChannel) {
        const Part& in = p.input.parts[at.part];
        int depth = at.depth(p);
#pragma unroll
        for (int i = 0; i < INPUTS; i++) {
            inputs[i] = 0;
            long long number = firstPixel + pixel + i * (THREADS / DEPTH);
            if (k < depth && number < p.pixels) {
                long long from = source(p.window, number, at.tap);
                if (from >= 0) inputs[i] = ::number(in.data[from * in.stride + at.channel + k]);
            }
        }
#pragma unroll
        for (int i = 0; i < WEIGHTS; i++) {
            int row = weightK + i * (THREADS / CHANNELS);
            int channel = firstChannel + weightChannel;
            weights[i] = row < depth && channel < p.weightStride
                             ? p.weight[static_cast<long long>(at.weightRow + row) * p.weightStride + channel]
                             : 0.f;
        }
    }

    // Most products have windows of one pixel.
    __device__ static long long source(const Window& w, long long pixel, int tap) {
        bool same = w.kernel == 1 && w.stride == 1 && w.padding == 0;
        return same ? pixel : Place(w, pixel).input(w, tap / w.kernel, tap % w.kernel);
    }

    __device__ void store(Tiles& tiles) const {
#pragma unroll
        for (int i = 0; i < INPUTS; i++) {
            tiles.setInput(pixel + i * (THREADS / DEPTH), k, inputs[i]);
        }
#pragma unroll
        for (int i = 0; i < WEIGHTS; i++) {
            tiles.setWeight(weightChannel, weightK + i * (THREADS / CHANNELS), weights[i]);
        }
    }
};
}  // namespace product

KERNEL(productTile, Product) {
    using namespace product;
    SHARED(Tiles, tiles);
    long long firstPixel = static_cast<long long>(blockIdx.x) * PIXELS;
    int firstChannel = blockIdx.y * CHANNELS;
    Sums sums;
    Cursor cursor;
    Fetch next;
    next.load(p, cursor, firstPixel, firstChannel);
    while (!cursor.atEnd(p)) {
        next.store(tiles);
        __syncthreads();
        cursor.advance(p);
        if (!cursor.atEnd(p)) next.load(p, cursor, firstPixel, firstChannel);
        sums.add(tiles);
        __syncthreads();
    }
    sums.forEach([&](int pixelInTile, int channelInTile, float sum) {
        long long pixel = firstPixel + pixelInTile;
        int channel = firstChannel + channelInTile;
        if (pixel < p.pixels && channel < p.output.channels) {
            p.output.store(pixel, channel, p.epilogue.finish(sum, pixel, channel));
        }
    });
}
