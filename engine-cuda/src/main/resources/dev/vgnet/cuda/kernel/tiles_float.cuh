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

    // Hands over each sum with its place in the tile.
    template <class Consumer>
    __device__ void forEach(Consumer consume) const {
#pragma unroll
        for (int i = 0; i < SIDE; i++) {
#pragma unroll
            for (int j = 0; j < SIDE; j++) {
                consume(pixel + i, channel + j, sums[i][j]);
            }
        }
    }
};
}  // namespace product
