// What all kernels share. Layouts of structures are those that Parameters.java writes: every member at a multiple of
// its size, every structure a multiple of 8 bytes.
#pragma once

#define FP32 0
#define TF32 1
#define FP16 2
#ifndef PRECISION
#define PRECISION FP32
#endif

// The CPU emulation brings definitions of its own.
#ifndef EMULATION
#define KERNEL(name, Parameters) extern "C" __global__ void name(const __grid_constant__ Parameters p)
#define SHARED(Type, name) __shared__ Type name
#endif

#ifndef EMULATION
__device__ inline float floatOfHalf(unsigned short bits) {
    float f;
    asm("cvt.f32.f16 %0, %1;" : "=f"(f) : "h"(bits));
    return f;
}
__device__ inline unsigned short halfOfFloat(float f) {
    unsigned short bits;
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(bits) : "f"(f));
    return bits;
}
#endif

// Tensor cores with these fragments came with compute capability 8.0; before, products are in float32.
#if PRECISION != FP32 && (defined(EMULATION) || (defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800))
#define TENSOR_CORES 1
#else
#define TENSOR_CORES 0
#endif

#ifndef EMULATION
// The sum over all lanes of a warp, the same in each; all of them take part.
__device__ inline float warpSum(float f) {
#pragma unroll
    for (int distance = 16; distance > 0; distance /= 2) f += __shfl_xor_sync(0xffffffffu, f, distance);
    return f;
}
#endif

#if TENSOR_CORES && !defined(EMULATION)
__device__ inline unsigned roundToTf32(float f) {
    unsigned bits;
    asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(bits) : "f"(f));
    return bits;
}

// Adds the product of a fragment of 16 rows and one of 8 columns; each lane of the warp holds a share of all.
__device__ inline void multiplyFragments(float (&sums)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
#if PRECISION == TF32
    asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 "
#else
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 "
#endif
                 "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
                 : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}
#endif

// Feature maps are stored as Element and computed in float.
#if PRECISION == FP16
struct Element {
    unsigned short bits;
};
__device__ inline float number(Element e) { return floatOfHalf(e.bits); }
__device__ inline Element element(float f) { return Element{halfOfFloat(f)}; }
#else
typedef float Element;
__device__ inline float number(Element e) { return e; }
__device__ inline Element element(float f) { return f; }
#endif

constexpr int MAX_PARTS = 8;

// Consecutive channels; from one pixel to the next are `stride` elements.
struct Part {
    const Element* data;
    int stride;
    int channels;
};

// One channel of all pixels.
struct Channel {
    const Element* data;
    int stride;

    __device__ float load(long long pixel) const { return number(data[pixel * stride]); }
};

// A feature map in parts, for all images one after the other.
struct View {
    Part parts[MAX_PARTS];
    int count;
    int channels;

    __device__ Channel at(int channel) const {
        int i = 0;
        while (channel >= parts[i].channels) {
            channel -= parts[i++].channels;
        }
        return Channel{parts[i].data + channel, parts[i].stride};
    }

    __device__ float load(long long pixel, int channel) const { return at(channel).load(pixel); }
};

// A feature map that is written.
struct Target {
    Element* data;
    int stride;
    int channels;

    __device__ void store(long long pixel, int channel, float value) const {
        data[pixel * stride + channel] = element(value);
    }
};

// A square window that slides over a map.
struct Window {
    int kernel;
    int stride;
    int padding;
    int inHeight;
    int inWidth;
    int outHeight;
    int outWidth;
    int unused;
};

// Where an output pixel's window starts.
struct Place {
    long long image;  // its first input pixel
    int top;
    int left;

    Place() = default;

    __device__ Place(const Window& w, long long pixel) {
        int x = static_cast<int>(pixel % w.outWidth);
        long long row = pixel / w.outWidth;
        int y = static_cast<int>(row % w.outHeight);
        image = row / w.outHeight * w.inHeight * w.inWidth;
        top = y * w.stride - w.padding;
        left = x * w.stride - w.padding;
    }

    // The input pixel under a position of the kernel, or -1 where it lies outside.
    __device__ long long input(const Window& w, int row, int column) const {
        int y = top + row;
        int x = left + column;
        bool inside = y >= 0 && y < w.inHeight && x >= 0 && x < w.inWidth;
        return inside ? image + static_cast<long long>(y) * w.inWidth + x : -1;
    }
};

// The ordinals of Operator.Function, from 1.
enum Function { NONE, RELU, RELU6, SILU, SIGMOID, HARDSWISH, HARDSIGMOID };

__device__ inline float relu6(float x) { return x < 0 ? 0.f : x > 6 ? 6.f : x; }

__device__ inline float apply(int function, float x) {
    switch (function) {
        case RELU: return x < 0 ? 0.f : x;
        case RELU6: return relu6(x);
        case SILU: return x / (1.f + expf(-x));
        case SIGMOID: return 1.f / (1.f + expf(-x));
        case HARDSWISH: return x * relu6(x + 3.f) / 6.f;
        case HARDSIGMOID: return relu6(x + 3.f) / 6.f;
        default: return x;
    }
}

// y = finalActivation(scale * activation(gain * sum + bias) + shift + residual); null or NONE where absent.
struct Epilogue {
    const float* gain;
    const float* bias;
    const float* scale;
    const float* shift;
    View residual;
    int activation;
    int finalActivation;

    __device__ float finish(float x, long long pixel, int channel) const {
        if (gain) x *= gain[channel];
        if (bias) x += bias[channel];
        x = apply(activation, x);
        if (scale) x = x * scale[channel] + shift[channel];
        if (residual.count) x += residual.load(pixel, channel);
        return apply(finalActivation, x);
    }
};

// The thread's place among all threads of a launch.
__device__ inline long long threadNumber() {
    return static_cast<long long>(blockIdx.x) * blockDim.x + threadIdx.x;
}
