// Kernels: a shared library of emulated ones stands for machine code. Real machine code, which no CPU runs, is
// answered for by such a library beside this one.
#include <dlfcn.h>
#include <elf.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

#include "fake.h"

namespace fake {
namespace {
constexpr const char* KERNELS = "kernels.so";
constexpr unsigned MAX_COLUMNS = 0x7fffffff;
constexpr unsigned MAX_ROWS = 65535;
constexpr unsigned MAX_THREADS = 1024;

struct Module;

struct Function {
    std::string name;
    Module* module = nullptr;
    int (*run)(const void* parameters, unsigned columns, unsigned rows, unsigned threads) = nullptr;
    size_t parameterBytes = 0;
};

struct Module {
    void* library = nullptr;
    void (*reverse)(int) = nullptr;
    std::string sections;  // the names in real machine code
    std::map<std::string, std::unique_ptr<Function>> functions;

    ~Module() {
        if (library != nullptr) dlclose(library);
    }
};

Handles<Module> modules("modules");
bool reversed = false;

// The name must be new each time: the loader knows libraries by theirs.
void* loadCopy(const char* image, size_t bytes) {
    char path[] = "/tmp/fake-cuda-XXXXXX";
    int file = mkstemp(path);
    if (file < 0) return nullptr;
    bool written = write(file, image, bytes) == static_cast<ssize_t>(bytes);
    close(file);
    void* library = written ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : nullptr;
    unlink(path);
    return library;
}

int load(Module& module, const char* image) {
    auto header = reinterpret_cast<const Elf64_Ehdr*>(image);
    if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) return misuse(INVALID_IMAGE, "no machine code");
    auto sections = reinterpret_cast<const Elf64_Shdr*>(image + header->e_shoff);
    if (header->e_machine == EM_CUDA) {
        Dl_info self;
        dladdr(reinterpret_cast<void*>(&load), &self);
        auto kernels = std::filesystem::path(self.dli_fname).replace_filename(KERNELS);
        module.library = dlopen(kernels.c_str(), RTLD_NOW | RTLD_LOCAL);
        const Elf64_Shdr& names = sections[header->e_shstrndx];
        module.sections.assign(image + names.sh_offset, names.sh_size);
    } else {
        module.library = loadCopy(image, header->e_shoff + header->e_shnum * sizeof(Elf64_Shdr));
    }
    if (module.library == nullptr) return misuse(INVALID_IMAGE, "machine code that does not load");
    module.reverse = reinterpret_cast<void (*)(int)>(dlsym(module.library, "emulationReverse"));
    return SUCCESS;
}

int find(Module& module, const std::string& name, std::unique_ptr<Function>& function) {
    auto run = reinterpret_cast<int (*)(const void*, unsigned, unsigned, unsigned)>(
        dlsym(module.library, name.c_str()));
    auto bytes = reinterpret_cast<size_t (*)()>(dlsym(module.library, (name + "Bytes").c_str()));
    std::string section = std::string(".text.") + name + '\0';
    bool missing = !module.sections.empty() && module.sections.find(section) == std::string::npos;
    if (run == nullptr || bytes == nullptr || missing) {
        return misuse(NOT_FOUND, "cuModuleGetFunction: no %s", name.c_str());
    }
    function.reset(new Function{name, &module, run, bytes()});
    return SUCCESS;
}

bool isLoaded(const Function* function) {
    for (auto& [handle, module] : modules) {
        for (auto& [name, known] : module->functions) {
            if (known.get() == function) return true;
        }
    }
    return false;
}

int requireGrid(const Function& function, unsigned columns, unsigned rows, unsigned threads) {
    bool fits = columns >= 1 && columns <= MAX_COLUMNS && rows >= 1 && rows <= MAX_ROWS && threads >= 1 &&
                threads <= MAX_THREADS;
    return fits ? SUCCESS
                : misuse(INVALID_VALUE, "%s on %u x %u blocks of %u threads", function.name.c_str(), columns, rows,
                         threads);
}
}  // namespace

void requireNoModules() { modules.requireNone(); }
}  // namespace fake

using namespace fake;

API int cuModuleLoadData(Module** module, const void* image) {
    Turn turn(lock);
    REQUIRE(outsideCapture("cuModuleLoadData"));
    Module* loaded = modules.make();
    if (int error = load(*loaded, static_cast<const char*>(image))) {
        modules.drop(loaded, "cuModuleLoadData");
        return error;
    }
    *module = loaded;
    return SUCCESS;
}

API int cuModuleUnload(Module* module) {
    Turn turn(lock);
    REQUIRE(outsideCapture("cuModuleUnload"));
    REQUIRE(modules.require(module, "cuModuleUnload"));
    REQUIRE(waitForDevice("cuModuleUnload"));
    return modules.drop(module, "cuModuleUnload");
}

API int cuModuleGetFunction(Function** function, Module* module, const char* name) {
    Turn turn(lock);
    REQUIRE(outsideCapture("cuModuleGetFunction"));
    REQUIRE(modules.require(module, "cuModuleGetFunction"));
    std::unique_ptr<Function>& known = module->functions[name];
    if (!known) REQUIRE(find(*module, name, known));
    *function = known.get();
    return SUCCESS;
}

API int cuFuncLoad(Function* function) {
    Turn turn(lock);
    REQUIRE(outsideCapture("cuFuncLoad"));
    return isLoaded(function) ? SUCCESS : misuse(INVALID_HANDLE, "cuFuncLoad: no such function");
}

API int cuLaunchKernel(Function* function, unsigned columns, unsigned rows, unsigned layers, unsigned threads,
                       unsigned threadRows, unsigned threadLayers, unsigned sharedBytes, Stream* stream,
                       void** parameters, void** extra) {
    Turn turn(lock);
    REQUIRE(inContext("cuLaunchKernel"));
    if (!isLoaded(function)) return misuse(INVALID_HANDLE, "cuLaunchKernel: no such function");
    REQUIRE(requireGrid(*function, columns, rows, threads));
    bool flat = layers == 1 && threadRows == 1 && threadLayers == 1 && sharedBytes == 0 && extra == nullptr;
    if (!flat || parameters == nullptr || parameters[0] == nullptr) {
        return misuse(INVALID_VALUE, "cuLaunchKernel: %s is started in another way than any kernel is",
                      function->name.c_str());
    }
    // Parameters are read now, whenever the kernel runs.
    auto first = static_cast<const char*>(parameters[0]);
    auto copy = std::make_shared<std::vector<uint64_t>>((function->parameterBytes + 7) / 8);
    memcpy(copy->data(), first, function->parameterBytes);
    return enqueue(stream, [=] {
        function->module->reverse(reversed = !reversed);
        return function->run(copy->data(), columns, rows, threads) == 0 ? SUCCESS : LAUNCH_FAILED;
    });
}
