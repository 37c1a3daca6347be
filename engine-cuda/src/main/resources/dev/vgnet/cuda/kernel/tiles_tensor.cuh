// Tiles of a product on tensor cores: a warp sums up 32 pixels x 16 channels from fragments of 16 x 8.
#pragma once
#include "common.cuh"

namespace product {
#if PRECISION == TF32
typedef unsigned Operand;
constexpr int STEP = 8;  // of the depth, for one multiplication
constexpr int PAD = 4;   // spreads the rows of a fragment over all banks

__device__ inline Operand operand(float f) { return roundToTf32(f); }
#else
typedef unsigned short Operand;
constexpr int STEP = 16;
constexpr int PAD = 8;

__device__ inline Operand operand(float f) { return halfOfFloat(f); }
#endif

// Read in words of 32 bits, whatever an operand is.
struct alignas(16) Tiles {
    Operand inputs[PIXELS][DEPTH + PAD];
    Operand weights[CHANNELS][DEPTH + PAD];

    __device__ void setInput(int pixel, int k, float value) { inputs[pixel][k] = operand(value); }
    __device__ void setWeight(int channel, int k, float value) { weights[channel][k] = operand(value); }
};

struct Sums {
    static constexpr int WARP_PIXELS = 32;
    static constexpr int WARP_CHANNELS = 16;
    static constexpr int WORDS = 4;  // of 32 bits that a row of a fragment has in half a step
    static constexpr int ROWS = PIXELS / WARP_PIXELS * 8;  // of threads
    static constexpr int COLUMNS = 4;                      // of numbers that a thread sums up

    float sums[2][2][4] = {};
    int pixel = threadIdx.x / 32 % (PIXELS / WARP_PIXELS) * WARP_PIXELS;
    int channel = threadIdx.x / 32 / (PIXELS / WARP_PIXELS) * WARP_CHANNELS;
    int row = threadIdx.x % 32 / 4;
    int column = threadIdx.x % 4;

    __device__ static unsigned word(const Operand* row, int index) {
        return reinterpret_cast<const unsigned*>(row)[index];
    }

    __device__ void add(const Tiles& tiles) {
#pragma unroll
        for (int k = 0; k < DEPTH; k += STEP) {
            unsigned inputs[2][4];
            unsigned weights[2][2];
#pragma unroll
            for (int i = 0; i < 2; i++) {
                const Operand* upper = &tiles.inputs[pixel + 16 * i + row][k];
                const Operand* lower = &tiles.inputs[pixel + 16 * i + row + 8][k];
                inputs[i][0] = word(upper, column);
                inputs[i][1] = word(lower, column);
                inputs[i][2] = word(upper, column + WORDS);
                inputs[i][3] = word(lower, column + WORDS);
                const Operand* weight = &tiles.weights[channel + 8 * i + row][k];
                weights[i][0] = word(weight, column);
                weights[i][1] = word(weight, column + WORDS);
            }
#pragma unroll
            for (int i = 0; i < 2; i++) {
#pragma unroll
                for (int j = 0; j < 2; j++) {
                    multiplyFragments(sums[i][j], inputs[i], weights[j]);
                }
            }
        }
    }

    __device__ int threadRow() const { return pixel / WARP_PIXELS * 8 + row; }

    // The channel in the tile of one of a thread's columns.
    __device__ int channelAt(int i) const { return channel + i / 2 * 8 + 2 * column + i % 2; }

    // Hands over each sum with its pixel in the tile and its column.
    template <class Consumer>
    __device__ void forEach(Consumer consume) const {
#pragma unroll
        for (int i = 0; i < 2; i++) {
#pragma unroll
            for (int j = 0; j < 2; j++) {
#pragma unroll
                for (int n = 0; n < 4; n++) {
                    consume(pixel + 16 * i + row + n / 2 * 8, 2 * j + n % 2, sums[i][j][n]);
                }
            }
        }
    }
};
}  // namespace product
