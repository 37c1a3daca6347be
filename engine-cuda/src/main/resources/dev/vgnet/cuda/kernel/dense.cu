// Products of a matrix with one vector an image: a warp computes an output of several images, so that few images keep
// many blocks busy and each weight is read once for all of them.
#include "slices.cuh"

namespace dense {
constexpr int THREADS = 256;
constexpr int OUTPUTS = THREADS / 32;
constexpr int IMAGES = 8;
constexpr int DEPTH = 512;

struct Inputs {
    float numbers[IMAGES][DEPTH];
};
}  // namespace dense

struct Dense {
    View input;  // one pixel an image; nothing where the input are the means of a map
    SliceSums sums;   // of that
    const float* weight;  // [outputs][channels]
    Epilogue epilogue;
    Target output;
    long long images;
    int channels;
    int unused;

    __device__ float number(long long image, int channel) const {
        return input.count ? input.load(image, channel) : sums.mean(sums.add(image, channel, 0, 1));
    }
};

KERNEL(denseVectors, Dense) {
    using namespace dense;
    SHARED(Inputs, inputs);
    int lane = threadIdx.x % 32;
    int output = blockIdx.x * OUTPUTS + threadIdx.x / 32;
    bool computes = output < p.output.channels;
    long long firstImage = static_cast<long long>(blockIdx.y) * IMAGES;
    const float* weight = p.weight + static_cast<long long>(output) * p.channels;
    float sums[IMAGES] = {};
    for (int first = 0; first < p.channels; first += DEPTH) {
        int depth = min(DEPTH, p.channels - first);
        for (int i = threadIdx.x; i < IMAGES * DEPTH; i += THREADS) {
            long long image = firstImage + i / DEPTH;
            int channel = i % DEPTH;
            bool inside = image < p.images && channel < depth;
            inputs.numbers[i / DEPTH][channel] = inside ? p.number(image, first + channel) : 0.f;
        }
        __syncthreads();
        if (computes) {
#pragma unroll 4
            for (int channel = lane; channel < depth; channel += 32) {
                float w = weight[first + channel];
#pragma unroll
                for (int i = 0; i < IMAGES; i++) sums[i] += w * inputs.numbers[i][channel];
            }
        }
        __syncthreads();
    }
    float mine = 0;
#pragma unroll
    for (int i = 0; i < IMAGES; i++) {
        float sum = warpSum(sums[i]);
        if (lane == i) mine = sum;
    }
    long long image = firstImage + lane;
    if (computes && lane < IMAGES && image < p.images) {
        p.output.store(image, output, p.epilogue.finish(mine, image, output));
    }
}
