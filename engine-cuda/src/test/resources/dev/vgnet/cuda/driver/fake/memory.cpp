// Memory of the device and pinned memory of the host. Blocks start as numbers that are none, and end in a zone that
// must remain as it is.
#include <cstdlib>
#include <cstring>

#include "fake.h"

namespace fake {
namespace {
constexpr size_t CAPACITY = size_t{1} << 30;
constexpr size_t ALIGNMENT = 256;
constexpr size_t GUARD = 1024;
constexpr unsigned char POISON = 0xff;

// Sizes by address.
using Blocks = std::map<uintptr_t, size_t>;
Blocks device, host;
size_t used = 0;

uintptr_t take(Blocks& blocks, size_t bytes) {
    void* memory = aligned_alloc(ALIGNMENT, (bytes + GUARD + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
    memset(memory, POISON, bytes + GUARD);
    auto address = reinterpret_cast<uintptr_t>(memory);
    blocks[address] = bytes;
    return address;
}

int give(Blocks& blocks, uintptr_t address, const char* call) {
    auto block = blocks.find(address);
    if (block == blocks.end()) return misuse(INVALID_VALUE, "%s: no such block", call);
    auto end = reinterpret_cast<const unsigned char*>(address + block->second);
    for (size_t i = 0; i < GUARD; i++) {
        if (end[i] != POISON) {
            misuse(0, "%s: written %zu bytes beyond the end of %zu", call, i + 1, block->second);
            break;
        }
    }
    free(reinterpret_cast<void*>(address));
    blocks.erase(block);
    return SUCCESS;
}

int require(const Blocks& blocks, uintptr_t address, size_t bytes, const char* what) {
    auto block = blocks.upper_bound(address);
    bool inside = block != blocks.begin() && (--block, bytes <= block->second) &&
                  address - block->first <= block->second - bytes;
    return inside ? SUCCESS : misuse(INVALID_VALUE, "%zu bytes are not inside a block of the %s", bytes, what);
}

int copy(uintptr_t onDevice, uintptr_t onHost, size_t bytes, bool up, Stream* stream) {
    REQUIRE(inContext("a copy"));
    REQUIRE(require(device, onDevice, bytes, "device"));
    REQUIRE(require(host, onHost, bytes, "pinned host memory"));
    return enqueue(stream, [=] {
        memcpy(reinterpret_cast<void*>(up ? onDevice : onHost), reinterpret_cast<void*>(up ? onHost : onDevice), bytes);
        return 0;
    });
}
}  // namespace

void requireNoMemory() {
    if (!device.empty()) misuse(0, "not given back: %zu blocks of the device", device.size());
    if (!host.empty()) misuse(0, "not given back: %zu blocks of pinned host memory", host.size());
}
}  // namespace fake

using namespace fake;

// For libraries of NVIDIA's that are built on the driver.
API int fakeRequireDevice(const void* address, size_t bytes) {
    Turn turn(lock);
    return require(device, reinterpret_cast<uintptr_t>(address), bytes, "device");
}

API int cuDeviceTotalMem_v2(size_t* bytes, int) {
    *bytes = CAPACITY;
    return SUCCESS;
}

API int cuMemGetInfo_v2(size_t* free, size_t* total) {
    Turn turn(lock);
    REQUIRE(inContext("cuMemGetInfo"));
    *free = CAPACITY - used;
    *total = CAPACITY;
    return SUCCESS;
}

API int cuMemAlloc_v2(uintptr_t* address, size_t bytes) {
    Turn turn(lock);
    REQUIRE(outsideCapture("cuMemAlloc"));
    if (bytes == 0) return misuse(INVALID_VALUE, "cuMemAlloc: no bytes");
    if (!granted() || bytes > CAPACITY - used) return OUT_OF_MEMORY;
    *address = take(device, bytes);
    used += bytes;
    return SUCCESS;
}

// Waits for the device, as the real one does.
API int cuMemFree_v2(uintptr_t address) {
    Turn turn(lock);
    REQUIRE(outsideCapture("cuMemFree"));
    REQUIRE(drainAll());
    size_t bytes = device.count(address) ? device[address] : 0;
    REQUIRE(give(device, address, "cuMemFree"));
    used -= bytes;
    return SUCCESS;
}

API int cuMemHostAlloc(void** memory, size_t bytes, unsigned) {
    Turn turn(lock);
    REQUIRE(outsideCapture("cuMemHostAlloc"));
    if (bytes == 0) return misuse(INVALID_VALUE, "cuMemHostAlloc: no bytes");
    if (!granted()) return OUT_OF_MEMORY;
    *memory = reinterpret_cast<void*>(take(host, bytes));
    return SUCCESS;
}

API int cuMemFreeHost(void* memory) {
    Turn turn(lock);
    REQUIRE(outsideCapture("cuMemFreeHost"));
    REQUIRE(drainAll());
    return give(host, reinterpret_cast<uintptr_t>(memory), "cuMemFreeHost");
}

API int cuMemcpyHtoDAsync_v2(uintptr_t to, const void* from, size_t bytes, Stream* stream) {
    Turn turn(lock);
    return copy(to, reinterpret_cast<uintptr_t>(from), bytes, true, stream);
}

API int cuMemcpyDtoHAsync_v2(void* to, uintptr_t from, size_t bytes, Stream* stream) {
    Turn turn(lock);
    return copy(from, reinterpret_cast<uintptr_t>(to), bytes, false, stream);
}
