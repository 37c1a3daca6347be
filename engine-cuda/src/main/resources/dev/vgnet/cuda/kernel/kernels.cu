// All kernels, as one program.
#include "convolution.cu"
#include "depthwise.cu"
#include "elementwise.cu"
#include "pool.cu"
#include "product.cu"
#include "separable.cu"
#include "transfer.cu"
