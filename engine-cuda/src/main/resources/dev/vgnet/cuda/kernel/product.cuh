// Products of matrices: output pixels times output channels in tiles, summed over the positions of a kernel, the
// parts of the input and their channels.
#pragma once
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

// The pixel of the i-th number that a thread brings for each tile, and its channel there.
__device__ inline int broughtPixel(int i) { return threadIdx.x / DEPTH + i * (THREADS / DEPTH); }
__device__ inline int broughtChannel() { return threadIdx.x % DEPTH; }

// What a thread brings for the next tile: one channel of some pixels, and some weights.
struct Fetch {
    int weightK = threadIdx.x / CHANNELS;
    int weightChannel = threadIdx.x % CHANNELS;
    float inputs[INPUTS];
    float weights[WEIGHTS];

    template <class Reader>
    __device__ void load(const Product& p, const Reader& reader, const Cursor& at, long long firstPixel,
                         int firstChannel) {
        int depth = at.depth(p);
#pragma unroll
        for (int i = 0; i < INPUTS; i++) {
            long long pixel = firstPixel + broughtPixel(i);
            inputs[i] = broughtChannel() < depth && pixel < p.pixels ? reader.read(at, i, pixel) : 0.f;
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

    __device__ void store(Tiles& tiles) const {
#pragma unroll
        for (int i = 0; i < INPUTS; i++) {
            tiles.setInput(broughtPixel(i), broughtChannel(), inputs[i]);
        }
#pragma unroll
        for (int i = 0; i < WEIGHTS; i++) {
            tiles.setWeight(weightChannel, weightK + i * (THREADS / CHANNELS), weights[i]);
        }
    }
};

// One tile of the output; the reader says what the input is.
template <class Reader>
__device__ inline void compute(const Product& p, const Reader& reader, long long firstPixel) {
    SHARED(Tiles, tiles);
    int firstChannel = blockIdx.y * CHANNELS;
    Sums sums;
    Cursor cursor;
    Fetch next;
    next.load(p, reader, cursor, firstPixel, firstChannel);
    while (!cursor.atEnd(p)) {
        next.store(tiles);
        __syncthreads();
        cursor.advance(p);
        if (!cursor.atEnd(p)) next.load(p, reader, cursor, firstPixel, firstChannel);
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
}  // namespace product
