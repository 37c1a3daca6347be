// cuDNN as the engine calls it: it follows its descriptors to the letter, on the fake driver. Of its algorithms some
// work, and the others fail in all the ways in which the real ones may.
#pragma once

#include "fake.h"

namespace cudnn {
enum Status {
    SUCCESS = 0,
    BAD_PARAM = 2000,
    NOT_SUPPORTED = 3000,
    INTERNAL_ERROR = 4000,
    DEVICE_ALLOCATION_FAILED = 4003,
    EXECUTION_FAILED = 5000
};
enum Type { FLOAT = 0, HALF = 2 };

struct Handle {
    fake::Stream* stream = nullptr;
};

struct Tensor {
    int type, images, channels, height, width, imageStride, channelStride, rowStride, pixelStride;

    size_t at(int image, int channel, int row, int column) const {
        return size_t(image) * imageStride + size_t(channel) * channelStride + size_t(row) * rowStride +
               size_t(column) * pixelStride;
    }
    // All of it, but not what lies after its last channel.
    size_t bytes() const { return (at(images - 1, channels - 1, height - 1, width - 1) + 1) * elementBytes(); }
    size_t elementBytes() const { return type == HALF ? 2 : 4; }
};

struct Filter {
    int type, format, outputs, channels, height, width;
};

struct Convolution {
    int padding, stride, groups, math;
};

struct Pooling {
    int maximum, kernel, padding, stride;
};

inline float get(const void* numbers, size_t index, int type) {
    return type == HALF ? static_cast<float>(static_cast<const _Float16*>(numbers)[index])
                        : static_cast<const float*>(numbers)[index];
}

inline void set(void* numbers, size_t index, int type, float value) {
    if (type == HALF) {
        static_cast<_Float16*>(numbers)[index] = static_cast<_Float16>(value);
    } else {
        static_cast<float*>(numbers)[index] = value;
    }
}
}  // namespace cudnn

// Of the fake driver.
API int fakeEnqueue(fake::Stream* stream, const fake::Operation& operation);
API int fakeRequireDevice(const void* address, size_t bytes);
API int fakeWaitForDevice(const char* call);
API int fakeLibrariesFail();
