// Tiles of a product in float32: a thread sums up a square of numbers.
#pragma once
#include "common.cuh"

namespace product {
constexpr int SIDE = 4;

struct Tiles {
    float inputs[DEPTH][PIXELS + 4];  // rows of unequal banks, as columns are written
    float weights[DEPTH][CHANNELS];

    __device__ void setInput(int pixel, int k, float value) { inputs[k][pixel] = value; }
    __device__ void setWeight(int channel, int k, float value) { weights[k][channel] = value; }
};

struct Sums {
    static constexpr int ROWS = PIXELS / SIDE;  // of threads
    static constexpr int COLUMNS = SIDE;        // of numbers that a thread sums up

    float sums[SIDE][SIDE] = {};
    int pixel = threadIdx.x / (CHANNELS / SIDE) * SIDE;
    int channel = threadIdx.x % (CHANNELS / SIDE) * SIDE;

    __device__ void add(const Tiles& tiles) {
#pragma unroll
        for (int k = 0; k < DEPTH; k++) {
#pragma unroll
            for (int i = 0; i < SIDE; i++) {
#pragma unroll
                for (int j = 0; j < SIDE; j++) {
                    sums[i][j] += tiles.inputs[k][pixel + i] * tiles.weights[k][channel + j];
                }
            }
        }
    }

    __device__ int threadRow() const { return pixel / SIDE; }

    // The channel in the tile of one of a thread's columns.
    __device__ int channelAt(int column) const { return channel + column; }

    // Hands over each sum with its pixel in the tile and its column.
    template <class Consumer>
    __device__ void forEach(Consumer consume) const {
#pragma unroll
        for (int i = 0; i < SIDE; i++) {
#pragma unroll
            for (int j = 0; j < SIDE; j++) {
                consume(pixel + i, j, sums[i][j]);
            }
        }
    }
};
}  // namespace product
