// Maxima and means of windows, of cells of a grid, and of whole maps.
#include "slices.cuh"

struct Pool {
    View input;
    Target output;
    Window window;
    long long pixels;
};

// A maximum that keeps what is not a number.
__device__ inline float larger(float a, float b) { return a > b || a != a ? a : b; }

KERNEL(maxPool, Pool) {
    long long number = threadNumber();
    long long pixel = number / p.output.channels;
    int channel = static_cast<int>(number % p.output.channels);
    if (pixel >= p.pixels) return;
    Place place(p.window, pixel);
    float largest = 0;
    bool first = true;
    for (int row = 0; row < p.window.kernel; row++) {
        for (int column = 0; column < p.window.kernel; column++) {
            long long from = place.input(p.window, row, column);
            if (from < 0) continue;
            float value = p.input.load(from, channel);
            largest = first ? value : larger(value, largest);
            first = false;
        }
    }
    p.output.store(pixel, channel, largest);
}

KERNEL(averagePool, Pool) {
    long long number = threadNumber();
    long long pixel = number / p.output.channels;
    int channel = static_cast<int>(number % p.output.channels);
    if (pixel >= p.pixels) return;
    Place place(p.window, pixel);
    float sum = 0;
    for (int row = 0; row < p.window.kernel; row++) {
        for (int column = 0; column < p.window.kernel; column++) {
            sum += p.input.load(place.input(p.window, row, column), channel);
        }
    }
    p.output.store(pixel, channel, sum / (p.window.kernel * p.window.kernel));
}

// Of H rows, cell i of n takes those from floor(i H / n) (included) to ceil((i + 1) H / n) (excluded).
KERNEL(cellMean, Pool) {
    long long number = threadNumber();
    long long pixel = number / p.output.channels;
    int channel = static_cast<int>(number % p.output.channels);
    if (pixel >= p.pixels) return;
    const Window& w = p.window;
    long long x = pixel % w.outWidth;
    long long y = pixel / w.outWidth % w.outHeight;
    long long image = pixel / w.outWidth / w.outHeight * w.inHeight * w.inWidth;
    long long top = y * w.inHeight / w.outHeight;
    long long bottom = ((y + 1) * w.inHeight + w.outHeight - 1) / w.outHeight;
    long long left = x * w.inWidth / w.outWidth;
    long long right = ((x + 1) * w.inWidth + w.outWidth - 1) / w.outWidth;
    float sum = 0;
    for (long long row = top; row < bottom; row++) {
        for (long long column = left; column < right; column++) {
            sum += p.input.load(image + row * w.inWidth + column, channel);
        }
    }
    p.output.store(pixel, channel, sum / static_cast<float>((bottom - top) * (right - left)));
}

namespace mean {
constexpr int CHANNELS = 32;
constexpr int ROWS = 8;

struct Sums {
    float rows[ROWS][CHANNELS];
};
}  // namespace mean

// Of whole maps: a block takes some channels of one image, its rows of threads take turns at the pixels.
KERNEL(mapMean, Pool) {
    using namespace mean;
    SHARED(Sums, sums);
    int lane = threadIdx.x % CHANNELS;
    int row = threadIdx.x / CHANNELS;
    int channel = blockIdx.y * CHANNELS + lane;
    long long pixels = static_cast<long long>(p.window.inHeight) * p.window.inWidth;
    float sum = 0;
    if (channel < p.output.channels) {
        for (long long pixel = row; pixel < pixels; pixel += ROWS) {
            sum += p.input.load(blockIdx.x * pixels + pixel, channel);
        }
    }
    sums.rows[row][lane] = sum;
    __syncthreads();
    if (row > 0 || channel >= p.output.channels) return;
    for (int i = 1; i < ROWS; i++) sum += sums.rows[i][lane];
    p.output.store(blockIdx.x, channel, sum / static_cast<float>(pixels));
}

struct MapSums {
    View input;
    Sliced sliced;
};

// The sums of slices of maps, for kernels that need the means.
KERNEL(mapSums, MapSums) {
    p.sliced.sumUp([&](long long pixel, int channel) { return p.input.load(pixel, channel); });
}
