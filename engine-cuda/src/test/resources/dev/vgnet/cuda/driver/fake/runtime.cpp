// Of CUDA's runtime, what is asked of it.
#include "fake.h"

API int cudaRuntimeGetVersion(int* version) {
    *version = 13000;
    return 0;
}
