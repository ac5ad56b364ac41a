// How long files are read: reading make FOLDER | bytes FILE | tensors FILE | model FILE. `make`
// writes arrays.safetensors of 500 MB and vgg16.keras; the others print the seconds that one
// reading takes. bench/read sets them beside safetensors and Keras.
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <shikumi/nn/io/keras_file.hpp>
#include <shikumi/shikumi.hpp>

using namespace shikumi;

namespace {

void make(const std::string& folder) {
    std::filesystem::create_directories(folder);
    Generator rng(1);
    std::vector<formats::NamedTensor> arrays;
    for (int i = 0; i < 50; ++i)  // 10 MB each
        arrays.push_back({"layers." + std::to_string(i) + ".weight",
                          formats::StoredTensor(random_uniform({1000, 2500}, rng))});
    // As other programs write them: without checksums.
    formats::write_safetensors(folder + "/arrays.safetensors", arrays, {.checksums = false});
    nn::Sequential vgg = nn::applications::VGG16();
    nn::save_keras(vgg, folder + "/vgg16.keras");
}

// Keeps what was read until the time is taken.
using Reading = std::function<std::shared_ptr<void>(const std::string& file)>;

std::shared_ptr<void> bytes(const std::string& file) {
    const auto size = static_cast<std::size_t>(std::filesystem::file_size(file));
    const std::shared_ptr<char[]> memory(new char[size]);
    std::ifstream in;
    in.rdbuf()->pubsetbuf(nullptr, 0);  // straight into the memory
    in.open(file, std::ios::binary);
    if (!in.read(memory.get(), static_cast<std::streamsize>(size)))
        throw std::runtime_error("can't read " + file);
    return memory;
}

std::shared_ptr<void> tensors(const std::string& file) {
    const auto all = std::make_shared<std::vector<Tensor>>();
    const formats::SafetensorsFile in(file);
    for (const std::string& name : in.names()) all->push_back(in.read(name));
    return all;
}

std::shared_ptr<void> model(const std::string& file) { return nn::load_keras(file); }

Reading reading_called(const std::string& name) {
    if (name == "bytes") return bytes;
    if (name == "tensors") return tensors;
    if (name == "model") return model;
    throw std::runtime_error("make, bytes, tensors or model, not " + name);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        if (argc != 3) throw std::runtime_error("reading make|bytes|tensors|model PATH");
        const std::string what = argv[1], path = argv[2];
        if (what == "make") {
            make(path);
            return 0;
        }
        const Reading reading = reading_called(what);
        const auto begin = std::chrono::steady_clock::now();
        const std::shared_ptr<void> kept = reading(path);
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
        std::printf("%.6f\n", taken.count());
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 2;
    }
}
