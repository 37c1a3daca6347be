// One number of a convolution of each channel by itself.
#pragma once
#include "common.cuh"

// The sum over a window of one channel, without its epilogue.
template <class Channel>
__device__ inline float windowSum(const Window& w, const Place& place, const float* weight, int channels,
                                  Channel numberAt) {
    float sum = 0;
    for (int row = 0; row < w.kernel; row++) {
        for (int column = 0; column < w.kernel; column++) {
            long long from = place.input(w, row, column);
            if (from >= 0) sum += numberAt(from) * *weight;
            weight += channels;
        }
    }
    return sum;
}
