// How long files are read: reading make FOLDER | bytes FILE | tensors FILE | mapped FILE | model
// FILE. `make` writes arrays.safetensors of 500 MB and vgg16.keras; the others print the seconds
// that one reading takes, and those until each page was touched. bench/read sets them beside
// safetensors and Keras.
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shikumi/nn/io/keras_file.hpp>
#include <shikumi/formats.hpp>
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

// What was read, kept until the time is taken.
struct Read {
    std::shared_ptr<void> all;
    std::vector<std::span<const float>> numbers;
};
using Reading = std::function<Read(const std::string& file)>;

Read bytes(const std::string& file) {
    const auto size = static_cast<std::size_t>(std::filesystem::file_size(file));
    const std::shared_ptr<float[]> memory(new float[size / sizeof(float)]);
    std::ifstream in;
    in.rdbuf()->pubsetbuf(nullptr, 0);  // straight into the memory
    in.open(file, std::ios::binary);
    if (!in.read(reinterpret_cast<char*>(memory.get()), static_cast<std::streamsize>(size)))
        throw std::runtime_error("can't read " + file);
    return {memory, {{memory.get(), size / sizeof(float)}}};
}

Read tensors_by(const std::string& file,
                Tensor (formats::SafetensorsFile::*read)(std::string_view) const) {
    const auto all = std::make_shared<std::vector<Tensor>>();
    std::vector<std::span<const float>> numbers;
    const formats::SafetensorsFile in(file);
    for (const std::string& name : in.names()) {
        all->push_back((in.*read)(name));
        numbers.push_back(all->back().data<float>());
    }
    return {all, std::move(numbers)};
}

Read tensors(const std::string& file) { return tensors_by(file, &formats::SafetensorsFile::read); }
Read mapped(const std::string& file) { return tensors_by(file, &formats::SafetensorsFile::map); }

Read model(const std::string& file) { return {nn::load_keras(file), {}}; }

Reading reading_called(const std::string& name) {
    if (name == "bytes") return bytes;
    if (name == "tensors") return tensors;
    if (name == "mapped") return mapped;
    if (name == "model") return model;
    throw std::runtime_error("make, bytes, tensors, mapped or model, not " + name);
}

// Reads a number of each page, since what is mapped is read only then.
float touch(const Read& read) {
    constexpr std::size_t page = 4096 / sizeof(float);
    float sum = 0;
    for (const std::span<const float> numbers : read.numbers)
        for (std::size_t i = 0; i < numbers.size(); i += page) sum += numbers[i];
    return sum;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        if (argc != 3) throw std::runtime_error("reading make|bytes|tensors|mapped|model PATH");
        const std::string what = argv[1], path = argv[2];
        if (what == "make") {
            make(path);
            return 0;
        }
        const Reading reading = reading_called(what);
        using Clock = std::chrono::steady_clock;
        using Seconds = std::chrono::duration<double>;
        const auto begin = Clock::now();
        const Read read = reading(path);
        const Seconds taken = Clock::now() - begin;
        const volatile float sum = touch(read);
        static_cast<void>(sum);
        std::printf("%.6f %.6f\n", taken.count(), Seconds(Clock::now() - begin).count());
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 2;
    }
}
