// Convolutions over one group, and products of matrices: output pixels times output channels in tiles, summed over
// the positions of the kernel, the parts of the input and their channels.
#include "common.cuh"

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
constexpr int THREADS = 256;
constexpr int PIXELS = 64;
constexpr int CHANNELS = 64;
constexpr int DEPTH = 16;
constexpr int SIDE = 4;  // of the square that a thread sums up

struct Tiles {
    float input[DEPTH][PIXELS + 4];  // unequal rows, so that columns are written to different banks
    float weight[DEPTH][CHANNELS];
};

__device__ inline void multiply(const Tiles& tiles, float (&sums)[SIDE][SIDE], int row, int column) {
#pragma unroll
    for (int k = 0; k < DEPTH; k++) {
#pragma unroll
        for (int i = 0; i < SIDE; i++) {
#pragma unroll
            for (int j = 0; j < SIDE; j++) {
                sums[i][j] += tiles.input[k][row + i] * tiles.weight[k][column + j];
            }
        }
    }
}
}  // namespace product

KERNEL(productTile, Product) {
    using namespace product;
    SHARED(Tiles, tiles);
    int thread = threadIdx.x;
    long long firstPixel = static_cast<long long>(blockIdx.x) * PIXELS;
    int firstChannel = blockIdx.y * CHANNELS;
    int row = thread / (CHANNELS / SIDE) * SIDE;
    int column = thread % (CHANNELS / SIDE) * SIDE;
    float sums[SIDE][SIDE] = {};
    int taps = p.window.kernel * p.window.kernel;
    int weightRow = 0;
    for (int tap = 0; tap < taps; tap++) {
        for (int part = 0; part < p.input.count; part++) {
            const Part& in = p.input.parts[part];
            for (int first = 0; first < in.channels; first += DEPTH) {
                int depth = min(DEPTH, in.channels - first);
                for (int i = thread; i < DEPTH * PIXELS; i += THREADS) {
                    int k = i % DEPTH;
                    long long pixel = firstPixel + i / DEPTH;
                    float value = 0;
                    if (k < depth && pixel < p.pixels) {
                        long long from = Place(p.window, pixel)
                                             .input(p.window, tap / p.window.kernel, tap % p.window.kernel);
                        if (from >= 0) value = number(in.data[from * in.stride + first + k]);
                    }
                    tiles.input[k][i / DEPTH] = value;
                }
                for (int i = thread; i < DEPTH * CHANNELS; i += THREADS) {
                    int k = i / CHANNELS;
                    int channel = firstChannel + i % CHANNELS;
                    tiles.weight[k][i % CHANNELS] =
                        k < depth && channel < p.weightStride
                            ? p.weight[static_cast<long long>(weightRow + k) * p.weightStride + channel]
                            : 0.f;
                }
                __syncthreads();
                multiply(tiles, sums, row, column);
                __syncthreads();
                weightRow += depth;
            }
        }
    }
#pragma unroll
    for (int i = 0; i < SIDE; i++) {
        long long pixel = firstPixel + row + i;
#pragma unroll
        for (int j = 0; j < SIDE; j++) {
            int channel = firstChannel + column + j;
            if (pixel < p.pixels && channel < p.output.channels) {
                p.output.store(pixel, channel, p.epilogue.finish(sums[i][j], pixel, channel));
            }
        }
    }
}
