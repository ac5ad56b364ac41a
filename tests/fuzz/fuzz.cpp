// A libFuzzer target for one reader, SHIKUMI_READER: `run` builds and runs one for each. With
// SHIKUMI_SEEDS in the environment it writes files to begin with into that folder, and ends.
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include <shikumi/autograd/core/error.hpp>

#include "hostile/readers.hpp"

namespace {

using shikumi_test::Reader;

const Reader& reader() {
    for (const Reader& r : shikumi_test::readers()) {
        if (r.name == SHIKUMI_READER) return r;
    }
    throw std::runtime_error("this build has no reader of " SHIKUMI_READER);
}

void write_seeds(const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder);
    int number = 0;
    for (const auto& files : {reader().good, reader().bad}) {
        for (const std::string& bytes : files()) {
            if (bytes.size() <= 4096)
                std::ofstream(folder / std::to_string(number++), std::ios::binary) << bytes;
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    if (const char* const folder = std::getenv("SHIKUMI_SEEDS")) {
        write_seeds(folder);
        std::exit(0);
    }
    reader();  // making the good files of all takes longer than a reader may
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    static const Reader& r = reader();
    const shikumi_test::FileInMemory file({reinterpret_cast<const char*>(bytes), size});
    try {
        r.read(file.path());
    } catch (const shikumi::Error&) {
        // refused in words
    }
    return 0;
}
