// Of CUDA's runtime, what is asked of it.
extern "C" __attribute__((visibility("default"))) int cudaRuntimeGetVersion(int* version) {
    *version = 13000;
    return 0;
}
