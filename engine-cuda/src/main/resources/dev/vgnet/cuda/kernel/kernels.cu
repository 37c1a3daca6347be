// All kernels, as one program.
#include "convolution.cu"
#include "depthwise.cu"
#include "elementwise.cu"
#include "pool.cu"
#include "product.cu"
#include "transfer.cu"
