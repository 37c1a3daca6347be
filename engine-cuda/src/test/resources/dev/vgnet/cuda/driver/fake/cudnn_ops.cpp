// Maps, weights and pools.
#include <algorithm>
#include <cmath>

#include "cudnn.h"

using namespace cudnn;

API int cudnnCreateTensorDescriptor(Tensor** tensor) {
    *tensor = new Tensor{};
    return SUCCESS;
}

API int cudnnDestroyTensorDescriptor(Tensor* tensor) {
    delete tensor;
    return SUCCESS;
}

API int cudnnSetTensor4dDescriptorEx(Tensor* tensor, int type, int images, int channels, int height, int width,
                                     int imageStride, int channelStride, int rowStride, int pixelStride) {
    *tensor = {type, images, channels, height, width, imageStride, channelStride, rowStride, pixelStride};
    bool good = (type == FLOAT || type == HALF) && std::min({images, channels, height, width}) > 0;
    return good ? SUCCESS : BAD_PARAM;
}

API int cudnnCreateFilterDescriptor(Filter** filter) {
    *filter = new Filter{};
    return SUCCESS;
}

API int cudnnDestroyFilterDescriptor(Filter* filter) {
    delete filter;
    return SUCCESS;
}

API int cudnnSetFilter4dDescriptor(Filter* filter, int type, int format, int outputs, int channels, int height,
                                   int width) {
    *filter = {type, format, outputs, channels, height, width};
    return format == 0 || format == 1 ? SUCCESS : BAD_PARAM;
}

API int cudnnCreatePoolingDescriptor(Pooling** pooling) {
    *pooling = new Pooling{};
    return SUCCESS;
}

API int cudnnDestroyPoolingDescriptor(Pooling* pooling) {
    delete pooling;
    return SUCCESS;
}

API int cudnnSetPooling2dDescriptor(Pooling* pooling, int mode, int propagatesNan, int height, int width, int top,
                                    int left, int down, int right) {
    *pooling = {mode == 0, height, top, down};
    bool good = (mode == 0 || mode == 1) && propagatesNan == 1 && height == width && top == left && down == right;
    return good ? SUCCESS : BAD_PARAM;
}

namespace {
float pooled(const Pooling& p, const Tensor& from, const void* numbers, int image, int channel, int top, int left) {
    float largest = -INFINITY, sum = 0;
    for (int y = std::max(top, 0); y < std::min(top + p.kernel, from.height); y++) {
        for (int x = std::max(left, 0); x < std::min(left + p.kernel, from.width); x++) {
            float number = get(numbers, from.at(image, channel, y, x), from.type);
            largest = std::max(largest, number);
            sum += number;
        }
    }
    return p.maximum ? largest : sum / (p.kernel * p.kernel);
}
}  // namespace

API int cudnnPoolingForward(Handle* handle, const Pooling* pooling, const float* one, const Tensor* from,
                            const void* input, const float* none, const Tensor* to, void* output) {
    if (*one != 1 || *none != 0) return BAD_PARAM;
    if (fakeLibrariesFail()) return EXECUTION_FAILED;
    if (fakeRequireDevice(input, from->bytes()) || fakeRequireDevice(output, to->bytes())) return EXECUTION_FAILED;
    return fakeEnqueue(handle->stream, [p = *pooling, from = *from, to = *to, input, output] {
        for (int image = 0; image < to.images; image++) {
            for (int c = 0; c < to.channels; c++) {
                for (int y = 0; y < to.height; y++) {
                    for (int x = 0; x < to.width; x++) {
                        int top = y * p.stride - p.padding, left = x * p.stride - p.padding;
                        set(output, to.at(image, c, y, x), to.type, pooled(p, from, input, image, c, top, left));
                    }
                }
            }
        }
        return 0;
    });
}
