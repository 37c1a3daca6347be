// Feature maps in slices: each block takes some channels of some pixels of one image.
#pragma once
#include "common.cuh"

namespace slices {
constexpr int THREADS = 256;

struct Rows {
    float numbers[THREADS];
};
}  // namespace slices

// What is left of a map where it is to be averaged: sums that are added up in order, so that they are always the same.
struct SliceSums {
    const float* data;  // [images][perImage][channels]
    long long pixels;   // that each image's sums hold together
    int perImage;
    int channels;

    // Every n-th of the sums of a channel.
    __device__ float add(long long image, int channel, int first, int n) const {
        float sum = 0;
#pragma unroll 4
        for (int i = first; i < perImage; i += n) sum += data[(image * perImage + i) * channels + channel];
        return sum;
    }

    __device__ float mean(float sum) const { return sum / static_cast<float>(pixels); }
};

// How maps are cut: a column of blocks for each slice, a row for each group of channels.
struct Slices {
    long long pixelsPerImage;
    int perImage;
    int pixels;         // of a slice
    int channels;       // of the map
    int groupChannels;  // of a group, at most as many as threads
};

// A thread's share: one channel of every n-th pixel of a slice.
struct Share {
    int lane;   // of the group's channels
    int row;
    int rows;
    int channel;
    bool some;  // there may be none
    long long image;
    long long first;  // pixel among those of all images
    long long end;

    __device__ explicit Share(const Slices& s) {
        lane = threadIdx.x % s.groupChannels;
        row = threadIdx.x / s.groupChannels;
        rows = slices::THREADS / s.groupChannels;
        channel = blockIdx.y * s.groupChannels + lane;
        some = row < rows && channel < s.channels;
        image = blockIdx.x / s.perImage;
        long long start = static_cast<long long>(blockIdx.x % s.perImage) * s.pixels;
        first = image * s.pixelsPerImage + start + row;
        end = image * s.pixelsPerImage + min(start + s.pixels, s.pixelsPerImage);
    }

    // The sum of what the threads of all rows have for the same channel, in the order of the rows.
    __device__ float addRows(const Slices& s, float mine) const {
        SHARED(slices::Rows, all);
        all.numbers[threadIdx.x] = mine;
        __syncthreads();
        float sum = 0;
        for (int i = 0; i < rows; i++) sum += all.numbers[i * s.groupChannels + lane];
        return sum;
    }
};

// Where the sums of a map go: [columns of blocks][channels].
struct Sliced {
    Slices slices;
    float* sums;

    // Sums up what comes out at every pixel.
    template <class NumberAt>
    __device__ void sumUp(NumberAt numberAt) const {
        Share share(slices);
        float sum = 0;
        if (share.some) {
#pragma unroll 4
            for (long long pixel = share.first; pixel < share.end; pixel += share.rows) {
                sum += numberAt(pixel, share.channel);
            }
        }
        sum = share.addRows(slices, sum);
        if (share.some && share.row == 0) {
            sums[static_cast<long long>(blockIdx.x) * slices.channels + share.channel] = sum;
        }
    }
};
