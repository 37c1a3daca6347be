// Squeeze-excite: each channel of an image times a gate, which two layers compute from the means of all its channels.
#include "slices.cuh"

namespace excite {
constexpr int MAX_CHANNELS = 2048;
constexpr int MAX_SQUEEZED = 512;
constexpr int PIXELS = 4;  // that are read before the first is written, as maps may be scaled in place

struct Means {
    float channels[MAX_CHANNELS];
};

struct Squeezed {
    float numbers[MAX_SQUEEZED];
};
}  // namespace excite

struct Excite {
    View input;
    View squeezed;  // one pixel an image; nothing where every block computes it anew
    SliceSums sums;      // of the input, for that
    const float* reduceWeight;  // [squeezed][channels]
    const float* reduceBias;    // null where absent, as the other
    const float* expandWeight;  // [squeezed][channels]
    const float* expandBias;
    Target output;
    Slices slices;
    int squeezedChannels;
    int inner;
    int gate;
    int unused;
};

namespace excite {
// The means of all channels of an image; where there are more threads than channels, several add up for one.
__device__ inline void average(const SliceSums& sums, long long image, Means& means) {
    int parts = max(1, slices::THREADS / sums.channels);
    for (int i = threadIdx.x; i < parts * sums.channels; i += slices::THREADS) {
        means.channels[i] = sums.add(image, i % sums.channels, i / sums.channels, parts);
    }
    __syncthreads();
    for (int channel = threadIdx.x; channel < sums.channels; channel += slices::THREADS) {
        float sum = 0;
        for (int part = 0; part < parts; part++) sum += means.channels[part * sums.channels + channel];
        means.channels[channel] = sums.mean(sum);
    }
    __syncthreads();
}

// The first layer: a warp computes one number after the other.
__device__ inline void squeeze(const Excite& p, long long image, Squeezed& squeezed) {
    SHARED(Means, means);
    average(p.sums, image, means);
    int channels = p.sums.channels;
    int lane = threadIdx.x % 32;
    for (int i = threadIdx.x / 32; i < p.squeezedChannels; i += slices::THREADS / 32) {
        const float* weight = p.reduceWeight + static_cast<long long>(i) * channels;
        float sum = 0;
#pragma unroll 4
        for (int channel = lane; channel < channels; channel += 32) sum += means.channels[channel] * weight[channel];
        sum = warpSum(sum);
        if (lane == 0) squeezed.numbers[i] = apply(p.inner, p.reduceBias ? sum + p.reduceBias[i] : sum);
    }
    __syncthreads();
}

// The second layer, of the channels of a block's group: its rows of threads take turns at the products.
template <class NumberAt>
__device__ inline float gateOf(const Excite& p, const Share& share, NumberAt squeezed) {
    float sum = 0;
    if (share.some) {
#pragma unroll 4
        for (int i = share.row; i < p.squeezedChannels; i += share.rows) {
            sum += squeezed(i) * p.expandWeight[static_cast<long long>(i) * p.slices.channels + share.channel];
        }
    }
    sum = share.addRows(p.slices, sum);
    if (!share.some) return 0;
    return apply(p.gate, p.expandBias ? sum + p.expandBias[share.channel] : sum);
}

__device__ inline void scale(const Excite& p, const Share& share, float gate) {
    if (!share.some) return;
    Channel in = p.input.at(share.channel);
    for (long long pixel = share.first; pixel < share.end; pixel += PIXELS * share.rows) {
        float numbers[PIXELS];
#pragma unroll
        for (int i = 0; i < PIXELS; i++) {
            long long from = pixel + i * share.rows;
            if (from < share.end) numbers[i] = in.load(from);
        }
#pragma unroll
        for (int i = 0; i < PIXELS; i++) {
            long long to = pixel + i * share.rows;
            if (to < share.end) p.output.store(to, share.channel, numbers[i] * gate);
        }
    }
}
}  // namespace excite

KERNEL(exciteMap, Excite) {
    using namespace excite;
    Share share(p.slices);
    float gate;
    if (p.squeezed.count) {
        gate = gateOf(p, share, [&](int i) { return p.squeezed.load(share.image, i); });
    } else {
        SHARED(Squeezed, squeezed);
        squeeze(p, share.image, squeezed);
        gate = gateOf(p, share, [&](int i) { return squeezed.numbers[i]; });
    }
    scale(p, share, gate);
}
