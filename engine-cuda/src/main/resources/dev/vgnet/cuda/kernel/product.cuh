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
    long long pixels;  // of a run, which tiles do not cross: an image where there are sums, or else all
    float* sums;       // of the output, [tiles][channels]; null where nobody wants them
    int weightStride;
    int tilesPerRun;
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

// The pixels of a block's tile.
struct Stretch {
    long long first;
    long long end;

    __device__ explicit Stretch(const Product& p) {
        long long run = blockIdx.x / p.tilesPerRun;
        first = run * p.pixels + static_cast<long long>(blockIdx.x % p.tilesPerRun) * PIXELS;
        end = (run + 1) * p.pixels;
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
    __device__ void load(const Product& p, const Reader& reader, const Cursor& at, const Stretch& stretch,
                         int firstChannel) {
        int depth = at.depth(p);
#pragma unroll
        for (int i = 0; i < INPUTS; i++) {
            long long pixel = stretch.first + broughtPixel(i);
            inputs[i] = broughtChannel() < depth && pixel < stretch.end ? reader.read(at, i, pixel) : 0.f;
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

struct RowSums {
    float rows[Sums::ROWS][CHANNELS];
};

// Stores the sums of a tile: those of each thread, then those of all rows of threads.
__device__ inline void storeSums(const Product& p, const Sums& sums, const float (&mine)[Sums::COLUMNS],
                                 int firstChannel) {
    SHARED(RowSums, all);
#pragma unroll
    for (int i = 0; i < Sums::COLUMNS; i++) all.rows[sums.threadRow()][sums.channelAt(i)] = mine[i];
    __syncthreads();
    int channel = firstChannel + threadIdx.x;
    if (threadIdx.x >= CHANNELS || channel >= p.output.channels) return;
    float sum = 0;
    for (int row = 0; row < Sums::ROWS; row++) sum += all.rows[row][threadIdx.x];
    p.sums[static_cast<long long>(blockIdx.x) * p.output.channels + channel] = sum;
}

// One tile of the output; the reader says what the input is.
template <class Reader>
__device__ inline void compute(const Product& p, const Reader& reader, const Stretch& stretch) {
    SHARED(Tiles, tiles);
    int firstChannel = blockIdx.y * CHANNELS;
    Sums sums;
    Cursor cursor;
    Fetch next;
    next.load(p, reader, cursor, stretch, firstChannel);
    while (!cursor.atEnd(p)) {
        next.store(tiles);
        __syncthreads();
        cursor.advance(p);
        if (!cursor.atEnd(p)) next.load(p, reader, cursor, stretch, firstChannel);
        sums.add(tiles);
        __syncthreads();
    }
    float stored[Sums::COLUMNS] = {};
    sums.forEach([&](int pixelInTile, int column, float sum) {
        long long pixel = stretch.first + pixelInTile;
        int channel = firstChannel + sums.channelAt(column);
        if (pixel < stretch.end && channel < p.output.channels) {
            float y = p.epilogue.finish(sum, pixel, channel);
            p.output.store(pixel, channel, y);
            stored[column] += y;
        }
    });
    if (p.sums) storeSums(p, sums, stored, firstChannel);
}
}  // namespace product
