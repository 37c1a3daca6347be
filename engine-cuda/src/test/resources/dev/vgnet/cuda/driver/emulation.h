// Runs kernels on the CPU: every CUDA thread of a block is a coroutine, and barriers are where they give way to
// each other. Strict where a GPU may be lenient: shared memory starts as NaN, and threads of a block run one after
// the other from barrier to barrier, in an order that the caller chooses, so that a missing barrier shows.
#pragma once

#include <ucontext.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <vector>

#define EMULATION
#define __device__

struct Index {
    unsigned x = 0, y = 0, z = 0;
};

namespace emulation {
constexpr size_t STACK = 64 * 1024;
constexpr size_t SHARED_BYTES = 232448;  // what a block has at most, on the largest GPUs

struct Fiber {
    ucontext_t context;
    std::unique_ptr<char[]> stack;
    unsigned thread = 0;
    size_t sharedUsed = 0;
    bool finished = false;
};

// What the lanes of a warp show each other. Two sets, since the next exchange may begin before the last lane has
// read this one.
struct Warp {
    unsigned shown[2][32][6];
    unsigned arrived = 0;
    unsigned long generation = 0;
};

struct Machine {
    ucontext_t scheduler;
    std::vector<std::unique_ptr<Fiber>> fibers;
    std::function<void()> kernel;
    alignas(128) char shared[SHARED_BYTES];
    Fiber* current = nullptr;
    unsigned threads = 0;
    unsigned arrived = 0;
    unsigned long generation = 0;
    unsigned long exchanges = 0;
    std::vector<Warp> warps;
    size_t poisoned = 0;  // as much as any block has used
    bool reverse = false;
};

inline Machine machine;
inline Index blockIndex, gridSize;

inline void giveWay() { swapcontext(&machine.current->context, &machine.scheduler); }

inline void barrier() {
    unsigned long generation = machine.generation;
    if (++machine.arrived == machine.threads) {
        machine.arrived = 0;
        machine.generation++;
        return;
    }
    while (machine.generation == generation) giveWay();
}

// All lanes of the warp show six words; returns what all have shown.
inline const unsigned (*exchange(const unsigned (&a)[4], const unsigned (&b)[2]))[6] {
    Warp& warp = machine.warps[machine.current->thread / 32];
    unsigned long generation = warp.generation;
    auto& shown = warp.shown[generation % 2];
    unsigned lane = machine.current->thread % 32;
    std::copy(a, a + 4, shown[lane]);
    std::copy(b, b + 2, shown[lane] + 4);
    if (++warp.arrived == 32) {
        warp.arrived = 0;
        warp.generation++;
        machine.exchanges++;
    }
    while (warp.generation == generation) giveWay();
    return shown;
}

template <class T>
T& shared() {
    Fiber& fiber = *machine.current;
    size_t start = (fiber.sharedUsed + alignof(T) - 1) / alignof(T) * alignof(T);
    fiber.sharedUsed = start + sizeof(T);
    if (fiber.sharedUsed > SHARED_BYTES) abort();
    if (fiber.sharedUsed > machine.poisoned) {
        memset(machine.shared + machine.poisoned, 0xff, fiber.sharedUsed - machine.poisoned);
        machine.poisoned = fiber.sharedUsed;
    }
    return *reinterpret_cast<T*>(machine.shared + start);
}

// A coroutine serves its thread of one block after the other.
inline void serve() {
    for (;;) {
        machine.kernel();
        machine.current->finished = true;
        giveWay();
    }
}

inline void prepare(unsigned threads) {
    while (machine.fibers.size() < threads) {
        auto fiber = std::make_unique<Fiber>();
        fiber->stack = std::make_unique<char[]>(STACK);
        fiber->thread = static_cast<unsigned>(machine.fibers.size());
        getcontext(&fiber->context);
        fiber->context.uc_stack.ss_sp = fiber->stack.get();
        fiber->context.uc_stack.ss_size = STACK;
        fiber->context.uc_link = nullptr;
        makecontext(&fiber->context, serve, 0);
        machine.fibers.push_back(std::move(fiber));
    }
    machine.threads = threads;
    machine.warps.assign((threads + 31) / 32, Warp());
}

// One block. False if its threads wait for each other for ever.
inline bool block() {
    memset(machine.shared, 0xff, machine.poisoned);
    for (unsigned i = 0; i < machine.threads; i++) {
        machine.fibers[i]->finished = false;
        machine.fibers[i]->sharedUsed = 0;
    }
    machine.arrived = 0;
    for (unsigned left = machine.threads; left > 0;) {
        unsigned long rendezvous = machine.generation + machine.exchanges;
        unsigned before = left;
        for (unsigned i = 0; i < machine.threads; i++) {
            Fiber& fiber = *machine.fibers[machine.reverse ? machine.threads - 1 - i : i];
            if (fiber.finished) continue;
            machine.current = &fiber;
            swapcontext(&machine.scheduler, &fiber.context);
            if (fiber.finished) left--;
        }
        if (left == before && rendezvous == machine.generation + machine.exchanges) return false;
        // CUDA counts threads that have ended as arrived.
        if (left > 0 && machine.arrived > 0 && machine.arrived == left) {
            machine.arrived = 0;
            machine.generation++;
        }
    }
    return true;
}

// Returns 0, or 1 if the threads of a block wait for each other for ever.
inline int run(unsigned columns, unsigned rows, unsigned threads, std::function<void()> kernel) {
    prepare(threads);
    machine.kernel = std::move(kernel);
    gridSize = {columns, rows, 1};
    for (unsigned y = 0; y < rows; y++) {
        for (unsigned x = 0; x < columns; x++) {
            blockIndex = {x, y, 0};
            if (!block()) {
                machine.fibers.clear();
                return 1;
            }
        }
    }
    return 0;
}

inline Index threadIndex() { return {machine.current->thread, 0, 0}; }
inline Index blockSize() { return {machine.threads, 1, 1}; }
}  // namespace emulation

#define threadIdx (emulation::threadIndex())
#define blockIdx (emulation::blockIndex)
#define blockDim (emulation::blockSize())
#define gridDim (emulation::gridSize)
#define __syncthreads() emulation::barrier()

using std::max;
using std::min;

// A kernel is called by its name, with its structure and its grid; the size of the structure is told, too.
#define KERNEL(name, Parameters)                                                                      \
    static void name##Body(const Parameters& p);                                                      \
    extern "C" int name(const Parameters* p, unsigned columns, unsigned rows, unsigned threads) {     \
        return emulation::run(columns, rows, threads, [p] { name##Body(*p); });                       \
    }                                                                                                 \
    extern "C" size_t name##Bytes() { return sizeof(Parameters); }                                    \
    static void name##Body(const Parameters& p)
#define SHARED(Type, name) Type& name = emulation::shared<Type>()

extern "C" void emulationReverse(int reverse) { emulation::machine.reverse = reverse != 0; }

// Float16, rounded to nearest even as the GPU does.
inline float floatOfHalf(unsigned short bits) {
    _Float16 half;
    memcpy(&half, &bits, sizeof half);
    return static_cast<float>(half);
}
inline unsigned short halfOfFloat(float number) {
    _Float16 half = static_cast<_Float16>(number);
    unsigned short bits;
    memcpy(&bits, &half, sizeof bits);
    return bits;
}

// The tensor cores' number with 10 bits of mantissa, rounded to nearest, halves away from zero.
inline unsigned roundToTf32(float number) {
    unsigned bits;
    memcpy(&bits, &number, sizeof bits);
    return std::isnan(number) ? bits : (bits + 0x1000u) & ~0x1fffu;
}

inline float floatOfBits(unsigned bits) {
    float number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

// Adds the product of a fragment of 16 rows and one of 8 columns, which the lanes hold as the instruction
// mma.m16n8k8 (TF32) or mma.m16n8k16 (FP16) wants it.
inline void multiplyFragments(float (&sums)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
    const unsigned(*shown)[6] = emulation::exchange(a, b);
    unsigned lane = threadIdx.x % 32;
    for (unsigned i = 0; i < 4; i++) {
        unsigned row = lane / 4 + i / 2 * 8;
        unsigned column = lane % 4 * 2 + i % 2;
        for (unsigned word = 0; word < 8; word++) {
            unsigned left = shown[row % 8 * 4 + word % 4][row / 8 + word / 4 * 2];
            unsigned right = shown[column * 4 + word % 4][4 + word / 4];
#if PRECISION == 1
            sums[i] += floatOfBits(left & ~0x1fffu) * floatOfBits(right & ~0x1fffu);
#else
            sums[i] += floatOfHalf(left & 0xffff) * floatOfHalf(right & 0xffff);
            sums[i] += floatOfHalf(left >> 16) * floatOfHalf(right >> 16);
#endif
        }
    }
}

// The sum over all lanes of the warp, in the order in which a GPU's lanes add up those at half the distance each time.
inline float warpSum(float number) {
    unsigned bits;
    memcpy(&bits, &number, sizeof bits);
    const unsigned(*shown)[6] = emulation::exchange({bits}, {});
    float sums[32];
    for (unsigned lane = 0; lane < 32; lane++) sums[lane] = floatOfBits(shown[lane][0]);
    for (unsigned distance = 16; distance > 0; distance /= 2) {
        for (unsigned lane = 0; lane < distance; lane++) sums[lane] += sums[lane + distance];
    }
    return sums[0];
}
