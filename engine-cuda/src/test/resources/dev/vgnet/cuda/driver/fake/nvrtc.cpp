// A run-time compiler that makes emulated kernels with g++. It takes exactly what the engine's sources need.
#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#define API extern "C" __attribute__((visibility("default")))

namespace {
namespace fs = std::filesystem;

enum Result { SUCCESS = 0, INVALID_INPUT = 3, INVALID_PROGRAM = 4, INVALID_OPTION = 5, COMPILATION = 6 };

constexpr const char* DEFINE = "--define-macro=";

struct Program {
    std::string main;
    std::map<std::string, std::string> files;
    std::string log;
    std::string code;
};

std::string read(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void write(const fs::path& file, const std::string& text) { std::ofstream(file, std::ios::binary) << text; }

// What emulates the device lies beside this library.
fs::path emulation() {
    Dl_info self;
    dladdr(reinterpret_cast<void*>(&emulation), &self);
    return fs::path(self.dli_fname).parent_path() / "emulation.h";
}

// Empty if it is an option that no GPU needs.
std::string optionOf(const std::string& option) {
    if (option == "--std=c++17") return " -std=c++17";
    if (option == "--gpu-architecture=sm_90") return " ";
    if (option.rfind(DEFINE, 0) == 0) return " -D" + option.substr(strlen(DEFINE));
    return "";
}

int compile(Program& program, const std::string& options, const fs::path& folder) {
    for (const auto& [name, text] : program.files) write(folder / name, text);
    fs::path library = folder / "kernels.so", log = folder / "log";
    // Each load must have its own variables, or modules would share them.
    std::string command = "g++ -O1 -shared -fPIC -fno-gnu-unique -w -include " + emulation().string() + options +
                          " -x c++ " + (folder / program.main).string() + " -o " + library.string() + " >" +
                          log.string() + " 2>&1";
    int status = system(command.c_str());
    program.log = read(log);
    if (status != 0) return COMPILATION;
    program.code = read(library);
    return SUCCESS;
}
}  // namespace

API int nvrtcVersion(int* major, int* minor) {
    *major = 13;
    *minor = 0;
    return SUCCESS;
}

API const char* nvrtcGetErrorString(int result) {
    return result == COMPILATION ? "FAKE_ERROR_COMPILATION" : "FAKE_ERROR";
}

API int nvrtcCreateProgram(Program** program, const char* text, const char* name, int headers,
                           const char* const* headerTexts, const char* const* headerNames) {
    auto made = new Program{name, {}, "", ""};
    for (int i = 0; i < headers; i++) made->files[headerNames[i]] = headerTexts[i];
    made->files[name] = text;
    *program = made;
    return SUCCESS;
}

API int nvrtcDestroyProgram(Program** program) {
    if (*program == nullptr) return INVALID_PROGRAM;
    delete *program;
    *program = nullptr;
    return SUCCESS;
}

API int nvrtcCompileProgram(Program* program, int count, const char* const* options) {
    std::string all;
    for (int i = 0; i < count; i++) {
        std::string option = optionOf(options[i]);
        if (option.empty()) return INVALID_OPTION;
        all += option;
    }
    char folder[] = "/tmp/fake-nvrtc-XXXXXX";
    if (mkdtemp(folder) == nullptr) return INVALID_INPUT;
    int result = compile(*program, all, folder);
    fs::remove_all(folder);
    return result;
}

API int nvrtcGetCUBINSize(Program* program, size_t* size) {
    *size = program->code.size();
    return *size > 0 ? SUCCESS : INVALID_PROGRAM;
}

API int nvrtcGetCUBIN(Program* program, char* code) {
    memcpy(code, program->code.data(), program->code.size());
    return SUCCESS;
}

API int nvrtcGetProgramLogSize(Program* program, size_t* size) {
    *size = program->log.size() + 1;
    return SUCCESS;
}

API int nvrtcGetProgramLog(Program* program, char* log) {
    memcpy(log, program->log.c_str(), program->log.size() + 1);
    return SUCCESS;
}
