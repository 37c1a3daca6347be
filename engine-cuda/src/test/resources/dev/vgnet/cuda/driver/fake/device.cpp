// The device, its context, and what the test asks for and asks about.
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <string>

#include "fake.h"

namespace fake {
std::recursive_mutex lock;

namespace {
constexpr int MAJOR_ATTRIBUTE = 75;
constexpr int MINOR_ATTRIBUTE = 76;

struct Context {
    int users = 0;
} primary;

thread_local Context* current = nullptr;
bool initialized = false;
std::string misuses;
std::string told;
int untilRefusal = -1;
bool refused = false;
bool librariesFail = false;

int requireDevice(int device, const char* call) {
    if (!initialized) return misuse(NOT_INITIALIZED, "%s before cuInit", call);
    return device == 0 ? SUCCESS : misuse(INVALID_DEVICE, "%s: device %d", call, device);
}
}  // namespace

int misuse(int error, const char* format, ...) {
    char line[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    misuses += line;
    misuses += '\n';
    return error;
}

bool granted() {
    if (untilRefusal < 0 || untilRefusal-- > 0) return true;
    refused = true;
    return false;
}

int inContext(const char* call) {
    if (current != &primary || primary.users == 0) return misuse(INVALID_CONTEXT, "%s without a context", call);
    return SUCCESS;
}

int outsideCapture(const char* call) {
    REQUIRE(inContext(call));
    if (capturing == nullptr) return SUCCESS;
    capturing->spoiled = true;
    return misuse(CAPTURE_UNSUPPORTED, "%s while capturing", call);
}
}  // namespace fake

using namespace fake;

// Grants so many wishes for memory from now on, then refuses one.
API void fakeRefuse(int grantedBefore) {
    Turn turn(lock);
    untilRefusal = grantedBefore;
    refused = false;
}

API int fakeHasRefused() {
    Turn turn(lock);
    untilRefusal = -1;
    return refused;
}

// Whether what libraries are asked to do fails from now on, while the device goes on.
API void fakeFailLibraries(int fail) {
    Turn turn(lock);
    librariesFail = fail != 0;
}

// For those libraries.
API int fakeLibrariesFail() {
    Turn turn(lock);
    return librariesFail;
}

// Takes what has not been given back for misuse; it is gone then.
API void fakeRequireNothingLeft() {
    Turn turn(lock);
    requireNoStreams();
    requireNoModules();
    requireNoMemory();
}

// What was done wrong since the last call, a line each. Good until the next call.
API const char* fakeMisuses() {
    Turn turn(lock);
    told = std::move(misuses);
    misuses.clear();
    return told.c_str();
}

API int cuDriverGetVersion(int* version) {
    *version = 13000;
    return SUCCESS;
}

// NVIDIA's compiler asks for functions that are documented nowhere, and goes on without them.
API int cuGetExportTable(const void** table, const void*) {
    *table = nullptr;
    return NOT_FOUND;
}

API int cuInit(unsigned flags) {
    Turn turn(lock);
    initialized = true;
    return flags == 0 ? SUCCESS : misuse(INVALID_VALUE, "cuInit: flags %u", flags);
}

API int cuDeviceGetCount(int* count) {
    Turn turn(lock);
    *count = 1;
    return requireDevice(0, "cuDeviceGetCount");
}

API int cuDeviceGet(int* device, int ordinal) {
    Turn turn(lock);
    *device = ordinal;
    return requireDevice(ordinal, "cuDeviceGet");
}

API int cuDeviceGetName(char* name, int length, int device) {
    Turn turn(lock);
    snprintf(name, length, "Fake GPU");
    return requireDevice(device, "cuDeviceGetName");
}

API int cuDeviceGetAttribute(int* value, int attribute, int device) {
    Turn turn(lock);
    REQUIRE(requireDevice(device, "cuDeviceGetAttribute"));
    if (attribute != MAJOR_ATTRIBUTE && attribute != MINOR_ATTRIBUTE) {
        return misuse(INVALID_VALUE, "cuDeviceGetAttribute: %d is not emulated", attribute);
    }
    *value = attribute == MAJOR_ATTRIBUTE ? 9 : 0;
    return SUCCESS;
}

API int cuDevicePrimaryCtxRetain(Context** context, int device) {
    Turn turn(lock);
    REQUIRE(requireDevice(device, "cuDevicePrimaryCtxRetain"));
    if (primary.users++ > 0) misuse(0, "cuDevicePrimaryCtxRetain: the process has it already");
    *context = &primary;
    return SUCCESS;
}

API int cuCtxSetCurrent(Context* context) {
    Turn turn(lock);
    if (context != nullptr && (context != &primary || primary.users == 0)) {
        return misuse(INVALID_CONTEXT, "cuCtxSetCurrent: no such context");
    }
    current = context;
    return SUCCESS;
}

API int cuGetErrorName(int error, const char** name) {
    static thread_local char text[32];
    snprintf(text, sizeof text, "FAKE_ERROR_%d", error);
    *name = text;
    return SUCCESS;
}

API int cuGetErrorString(int, const char** text) {
    *text = "as the fake driver has it";
    return SUCCESS;
}
