// The library's handle.
#include "cudnn.h"

using namespace cudnn;

API size_t cudnnGetVersion() { return 91900; }

API const char* cudnnGetErrorString(int status) {
    return status < NOT_SUPPORTED ? "FAKE_BAD_PARAM" : status < INTERNAL_ERROR ? "FAKE_NOT_SUPPORTED" : "FAKE_FAILED";
}

API int cudnnCreate(Handle** handle) {
    *handle = new Handle;
    return SUCCESS;
}

API int cudnnDestroy(Handle* handle) {
    int error = fakeWaitForDevice("cudnnDestroy");
    delete handle;
    return error == SUCCESS ? SUCCESS : EXECUTION_FAILED;
}

API int cudnnSetStream(Handle* handle, fake::Stream* stream) {
    handle->stream = stream;
    return SUCCESS;
}
