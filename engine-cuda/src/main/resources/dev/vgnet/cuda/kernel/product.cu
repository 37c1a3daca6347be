// Convolutions over one group, and products of matrices.
#include "product.cuh"

namespace product {
// Reads the input as it lies there.
struct AsItLies {
    const Product& p;

    __device__ float read(const Cursor& at, int, long long pixel) const {
        const Part& in = p.input.parts[at.part];
        long long from = source(p.window, pixel, at.tap);
        return from < 0 ? 0.f : ::number(in.data[from * in.stride + at.channel + broughtChannel()]);
    }

    // Most products have windows of one pixel.
    __device__ static long long source(const Window& w, long long pixel, int tap) {
        bool same = w.kernel == 1 && w.stride == 1 && w.padding == 0;
        return same ? pixel : Place(w, pixel).input(w, tap / w.kernel, tap % w.kernel);
    }
};
}  // namespace product

KERNEL(productTile, Product) {
    using namespace product;
    compute(p, AsItLies{p}, Stretch(p));
}
