// Convolutions.
#include <cstring>

#include "cudnn.h"

API int cuMemAlloc_v2(uintptr_t* address, size_t bytes);
API int cuMemFree_v2(uintptr_t address);

using namespace cudnn;

namespace {
constexpr size_t WORKSPACE_BYTES = 1000;

// By their numbers. Two work. Those from 4 on transform, and may be too inexact.
enum Algorithm {
    SIMPLE = 0,
    SPOILS_WORKSPACE = 1,
    LACKS_MEMORY = 2,
    IS_BROKEN = 3,
    IS_REFUSED_WHEN_RUN = 4,
    FAILS_WHEN_RUN = 5,
    TAKES_MEMORY = 6,
    IS_WRONG = 7
};

struct Call {
    Tensor from, to;
    Filter filter;
    Convolution convolution;
    const void *input, *weight;
    void* output;
    float before, factor;

    size_t weightAt(int output, int channel, int row, int column) const {
        const Filter& f = filter;
        return f.format == 1 ? ((size_t(output) * f.height + row) * f.width + column) * f.channels + channel
                             : ((size_t(output) * f.channels + channel) * f.height + row) * f.width + column;
    }

    float sum(int image, int channel, int y, int x) const {
        int first = channel / (to.channels / convolution.groups) * filter.channels;
        double sum = 0;
        for (int row = 0; row < filter.height; row++) {
            for (int column = 0; column < filter.width; column++) {
                int fromY = y * convolution.stride - convolution.padding + row;
                int fromX = x * convolution.stride - convolution.padding + column;
                if (fromY < 0 || fromY >= from.height || fromX < 0 || fromX >= from.width) continue;
                for (int c = 0; c < filter.channels; c++) {
                    sum += double(get(input, from.at(image, first + c, fromY, fromX), from.type)) *
                           get(weight, weightAt(channel, c, row, column), filter.type);
                }
            }
        }
        return static_cast<float>(factor * sum);
    }

    void run() const {
        for (int image = 0; image < to.images; image++) {
            for (int c = 0; c < to.channels; c++) {
                for (int y = 0; y < to.height; y++) {
                    for (int x = 0; x < to.width; x++) {
                        size_t at = to.at(image, c, y, x);
                        // Nothing is read where nothing is added: it may be no number.
                        float old = before == 0 ? 0 : before * get(output, at, to.type);
                        set(output, at, to.type, old + sum(image, c, y, x));
                    }
                }
            }
        }
    }
};

bool fit(const Tensor& from, const Filter& filter, const Convolution& convolution, const Tensor& to) {
    return from.type == to.type && filter.type == from.type && from.images == to.images &&
           filter.outputs == to.channels && filter.channels * convolution.groups == from.channels;
}
}  // namespace

API int cudnnCreateConvolutionDescriptor(Convolution** convolution) {
    *convolution = new Convolution{0, 1, 1, 0};
    return SUCCESS;
}

API int cudnnDestroyConvolutionDescriptor(Convolution* convolution) {
    delete convolution;
    return SUCCESS;
}

API int cudnnSetConvolution2dDescriptor(Convolution* convolution, int top, int left, int down, int right,
                                        int dilatedDown, int dilatedRight, int mode, int type) {
    convolution->padding = top;
    convolution->stride = down;
    bool correlates = mode == 1 && type == FLOAT;
    bool square = top == left && down == right && dilatedDown == 1 && dilatedRight == 1;
    return correlates && square ? SUCCESS : BAD_PARAM;
}

API int cudnnSetConvolutionGroupCount(Convolution* convolution, int groups) {
    convolution->groups = groups;
    return groups > 0 ? SUCCESS : BAD_PARAM;
}

API int cudnnSetConvolutionMathType(Convolution* convolution, int math) {
    convolution->math = math;
    return SUCCESS;
}

API int cudnnGetConvolutionForwardWorkspaceSize(Handle*, const Tensor* from, const Filter* filter,
                                                const Convolution* convolution, const Tensor* to, int algorithm,
                                                size_t* bytes) {
    if (!fit(*from, *filter, *convolution, *to)) return BAD_PARAM;
    *bytes = algorithm == SPOILS_WORKSPACE ? WORKSPACE_BYTES : 0;
    switch (algorithm) {
        case SIMPLE:
        case SPOILS_WORKSPACE:
        case IS_REFUSED_WHEN_RUN:
        case FAILS_WHEN_RUN:
        case LACKS_MEMORY:
        case TAKES_MEMORY:
        case IS_WRONG: return SUCCESS;
        case IS_BROKEN: return INTERNAL_ERROR;
        default: return NOT_SUPPORTED;
    }
}

API int cudnnConvolutionForward(Handle* handle, const float* one, const Tensor* from, const void* input,
                                const Filter* filter, const void* weight, const Convolution* convolution,
                                int algorithm, void* workspace, size_t bytes, const float* before, const Tensor* to,
                                void* output) {
    if (*one != 1 || !fit(*from, *filter, *convolution, *to)) return BAD_PARAM;
    if (algorithm == IS_REFUSED_WHEN_RUN) return NOT_SUPPORTED;
    if (algorithm == LACKS_MEMORY) return DEVICE_ALLOCATION_FAILED;
    if (algorithm == FAILS_WHEN_RUN || fakeLibrariesFail()) return EXECUTION_FAILED;
    size_t numbers = size_t(filter->outputs) * filter->channels * filter->height * filter->width;
    if (fakeRequireDevice(input, from->bytes()) || fakeRequireDevice(output, to->bytes()) ||
        fakeRequireDevice(weight, numbers * from->elementBytes()) ||
        (algorithm == SPOILS_WORKSPACE && fakeRequireDevice(workspace, bytes))) {
        return EXECUTION_FAILED;
    }
    uintptr_t memory;
    if (algorithm == TAKES_MEMORY && cuMemAlloc_v2(&memory, WORKSPACE_BYTES) == SUCCESS) cuMemFree_v2(memory);
    Call call{*from, *to, *filter, *convolution, input, weight, output, *before, algorithm == IS_WRONG ? 2.f : 1.f};
    int error = fakeEnqueue(handle->stream, [=] {
        if (algorithm == SPOILS_WORKSPACE) memset(workspace, 0x7f, bytes);
        call.run();
        return 0;
    });
    // Whether memory can be taken while capturing shows when the capture ends.
    return error == SUCCESS || algorithm == TAKES_MEMORY ? SUCCESS : EXECUTION_FAILED;
}
