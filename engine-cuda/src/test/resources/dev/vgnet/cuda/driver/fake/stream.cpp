// Streams, the graphs that are captured in them, and events.
#include <chrono>

#include "fake.h"

namespace fake {
thread_local Stream* capturing = nullptr;

namespace {
constexpr int THREAD_LOCAL_MODE = 1;

struct Graph {
    Operations operations;
};

// Shared with the streams that still have to run it when it is destroyed.
struct Executable {
    std::shared_ptr<const Operations> operations;
};

struct Event {
    Stream* stream = nullptr;
    bool passed = false;
    std::chrono::steady_clock::time_point time;
};

Handles<Stream> streams("streams");
Handles<Graph> graphs("graphs");
Handles<Executable> executables("executable graphs");
Handles<Event> events("events");

// What a device that has failed answers from then on.
int failure = SUCCESS;
}  // namespace

int enqueue(Stream* stream, Operation operation) {
    REQUIRE(streams.require(stream, "an operation"));
    if (stream->capture) {
        if (stream->spoiled) return CAPTURE_INVALIDATED;
        stream->capture->push_back(std::move(operation));
    } else {
        stream->waiting.push_back(std::move(operation));
    }
    return failure;
}

int drain(Stream& stream) {
    while (!stream.waiting.empty()) {
        Operation next = std::move(stream.waiting.front());
        stream.waiting.pop_front();
        if (int error = next()) failure = error;
    }
    return failure;
}

int drainAll() {
    for (auto& [handle, stream] : streams) drain(*stream);
    return failure;
}

int waitForDevice(const char* call) {
    for (auto& [handle, stream] : streams) {
        if (stream->capture) {
            stream->spoiled = true;
            misuse(0, "%s while another thread captures", call);
        }
    }
    return drainAll();
}

void requireNoStreams() {
    events.requireNone();
    executables.requireNone();
    graphs.requireNone();
    streams.requireNone();
}
}  // namespace fake

using namespace fake;

// For libraries of NVIDIA's that are built on the driver.
API int fakeEnqueue(Stream* stream, const Operation& operation) {
    Turn turn(lock);
    REQUIRE(inContext("a library's operation"));
    return enqueue(stream, operation);
}

API int fakeWaitForDevice(const char* call) {
    Turn turn(lock);
    REQUIRE(outsideCapture(call));
    return waitForDevice(call);
}

API int cuStreamCreate(Stream** stream, unsigned) {
    Turn turn(lock);
    REQUIRE(outsideCapture("cuStreamCreate"));
    *stream = streams.make();
    return SUCCESS;
}

API int cuStreamDestroy_v2(Stream* stream) {
    Turn turn(lock);
    REQUIRE(outsideCapture("cuStreamDestroy"));
    REQUIRE(streams.require(stream, "cuStreamDestroy"));
    drain(*stream);
    return streams.drop(stream, "cuStreamDestroy");
}

API int cuStreamSynchronize(Stream* stream) {
    Turn turn(lock);
    REQUIRE(outsideCapture("cuStreamSynchronize"));
    REQUIRE(streams.require(stream, "cuStreamSynchronize"));
    return drain(*stream);
}

API int cuStreamBeginCapture_v2(Stream* stream, int mode) {
    Turn turn(lock);
    REQUIRE(outsideCapture("cuStreamBeginCapture"));
    REQUIRE(streams.require(stream, "cuStreamBeginCapture"));
    // In the global mode, other threads' sessions could take no memory meanwhile.
    if (mode != THREAD_LOCAL_MODE) return misuse(INVALID_VALUE, "cuStreamBeginCapture: mode %d", mode);
    stream->capture = std::make_unique<Operations>();
    stream->spoiled = false;
    capturing = stream;
    return failure;
}

API int cuStreamEndCapture(Stream* stream, Graph** graph) {
    Turn turn(lock);
    REQUIRE(inContext("cuStreamEndCapture"));
    *graph = nullptr;
    if (capturing != stream) return misuse(ILLEGAL_STATE, "cuStreamEndCapture: nothing is captured");
    Operations operations = std::move(*stream->capture);
    stream->capture.reset();
    capturing = nullptr;
    if (stream->spoiled) return CAPTURE_INVALIDATED;
    *graph = graphs.make();
    (*graph)->operations = std::move(operations);
    return failure;
}

API int cuGraphInstantiateWithFlags(Executable** executable, Graph* graph, unsigned long long) {
    Turn turn(lock);
    REQUIRE(outsideCapture("cuGraphInstantiate"));
    REQUIRE(graphs.require(graph, "cuGraphInstantiate"));
    if (!granted()) return OUT_OF_MEMORY;
    *executable = executables.make();
    (*executable)->operations = std::make_shared<Operations>(graph->operations);
    return SUCCESS;
}

API int cuGraphDestroy(Graph* graph) {
    Turn turn(lock);
    REQUIRE(inContext("cuGraphDestroy"));
    return graphs.drop(graph, "cuGraphDestroy");
}

API int cuGraphExecDestroy(Executable* executable) {
    Turn turn(lock);
    REQUIRE(inContext("cuGraphExecDestroy"));
    return executables.drop(executable, "cuGraphExecDestroy");
}

API int cuGraphLaunch(Executable* executable, Stream* stream) {
    Turn turn(lock);
    REQUIRE(outsideCapture("cuGraphLaunch"));
    REQUIRE(executables.require(executable, "cuGraphLaunch"));
    return enqueue(stream, [operations = executable->operations] {
        for (const Operation& operation : *operations) REQUIRE(operation());
        return 0;
    });
}

API int cuEventCreate(Event** event, unsigned) {
    Turn turn(lock);
    REQUIRE(outsideCapture("cuEventCreate"));
    *event = events.make();
    return SUCCESS;
}

API int cuEventDestroy_v2(Event* event) {
    Turn turn(lock);
    REQUIRE(outsideCapture("cuEventDestroy"));
    REQUIRE(events.require(event, "cuEventDestroy"));
    REQUIRE(drainAll());
    return events.drop(event, "cuEventDestroy");
}

API int cuEventRecord(Event* event, Stream* stream) {
    Turn turn(lock);
    REQUIRE(outsideCapture("cuEventRecord"));
    REQUIRE(events.require(event, "cuEventRecord"));
    event->stream = stream;
    event->passed = false;
    return enqueue(stream, [event] {
        event->time = std::chrono::steady_clock::now();
        event->passed = true;
        return 0;
    });
}

API int cuEventSynchronize(Event* event) {
    Turn turn(lock);
    REQUIRE(outsideCapture("cuEventSynchronize"));
    REQUIRE(events.require(event, "cuEventSynchronize"));
    if (event->stream == nullptr) return misuse(INVALID_HANDLE, "cuEventSynchronize: never recorded");
    return drain(*event->stream);
}

API int cuEventElapsedTime_v2(float* millis, Event* start, Event* end) {
    Turn turn(lock);
    REQUIRE(inContext("cuEventElapsedTime"));
    REQUIRE(events.require(start, "cuEventElapsedTime"));
    REQUIRE(events.require(end, "cuEventElapsedTime"));
    if (!start->passed || !end->passed) return misuse(NOT_READY, "cuEventElapsedTime: not waited for");
    *millis = std::chrono::duration<float, std::milli>(end->time - start->time).count();
    return SUCCESS;
}
