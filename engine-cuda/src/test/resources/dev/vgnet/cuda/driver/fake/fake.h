// A CUDA driver without a GPU: memory of the host as that of the device, kernels as emulation.h runs them. What is
// asked for is done as late as a real device may do it: when someone waits. What a real driver refuses is refused
// with its error, and remembered as misuse, and so is what it merely suffers: leaks, and memory nobody has taken.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#define API extern "C" __attribute__((visibility("default")))

// Returns from a function of the interface unless a condition holds.
#define REQUIRE(condition)              \
    do {                                \
        if (int error = (condition)) {  \
            return error;               \
        }                               \
    } while (false)

namespace fake {
enum Error {
    SUCCESS = 0,
    INVALID_VALUE = 1,
    OUT_OF_MEMORY = 2,
    NOT_INITIALIZED = 3,
    INVALID_DEVICE = 101,
    INVALID_IMAGE = 200,
    INVALID_CONTEXT = 201,
    INVALID_HANDLE = 400,
    NOT_FOUND = 500,
    NOT_READY = 600,
    LAUNCH_FAILED = 719,
    CAPTURE_UNSUPPORTED = 900,
    CAPTURE_INVALIDATED = 901,
    ILLEGAL_STATE = 401
};

// One call at a time, whichever thread it comes from.
extern std::recursive_mutex lock;
using Turn = std::lock_guard<std::recursive_mutex>;

// Remembers what was done wrong, and returns the error.
int misuse(int error, const char* format, ...) __attribute__((format(printf, 2, 3)));

// Whether one more wish is granted; after fakeRefuse, one is not.
bool granted();

// Requires a current context of a device that still works.
int inContext(const char* call);

// The same, and that the thread is not capturing, which the call would spoil.
int outsideCapture(const char* call);

// What the device does later. Returns an error.
using Operation = std::function<int()>;
using Operations = std::vector<Operation>;

struct Stream {
    std::deque<Operation> waiting;
    std::unique_ptr<Operations> capture;
    bool spoiled = false;  // what was captured cannot be used
};

// The stream in whose capture the thread is, if any.
extern thread_local Stream* capturing;

// Puts an operation into a stream, or into the graph that is captured there.
int enqueue(Stream* stream, Operation operation);

// Does all that waits in a stream, or in all of them.
int drain(Stream& stream);
int drainAll();

// The same, as calls do that wait for the device as a whole: they spoil what other threads capture.
int waitForDevice(const char* call);

// Objects that the caller holds by their addresses.
template <class T>
class Handles {
  public:
    explicit Handles(const char* name) : name(name) {}

    T* make() {
        auto object = std::make_unique<T>();
        T* handle = object.get();
        objects[handle] = std::move(object);
        return handle;
    }

    int require(const T* handle, const char* call) const {
        return objects.count(const_cast<T*>(handle))
                       ? SUCCESS
                       : misuse(INVALID_HANDLE, "%s: no such %s", call, name);
    }

    int drop(T* handle, const char* call) {
        REQUIRE(require(handle, call));
        objects.erase(handle);
        return SUCCESS;
    }

    void requireNone() {
        if (!objects.empty()) misuse(0, "not given back: %zu of %s", objects.size(), name);
        objects.clear();
    }

    auto begin() { return objects.begin(); }
    auto end() { return objects.end(); }

  private:
    const char* name;
    std::map<T*, std::unique_ptr<T>> objects;
};

// What must have been given back when nobody uses the device any more.
void requireNoMemory();
void requireNoStreams();
void requireNoModules();
}  // namespace fake
