// A trained network becomes one C file, compiled and compared.
#include <shikumi/nn/io/c_source.hpp>
#include <shikumi/shikumi.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "common/digits.hpp"
#include "common/reader.hpp"
#include "common/run.hpp"

using namespace shikumi;

namespace {

namespace fs = std::filesystem;

// All that a program needs to use the network: it reads pictures, and writes what they are.
constexpr auto program = R"(#include <stdio.h>
#include <time.h>

#include "digits.h"

int main(void)
{
    static float x[DIGITS_X], y[DIGITS_Y];
    clock_t ticks = 0;
    long count = 0;
    while (fread(x, sizeof x, 1, stdin) == 1) {
        const clock_t begin = clock();
        digits_predict(x, y);
        ticks += clock() - begin;
        count++;
        fwrite(y, sizeof y, 1, stdout);
    }
    fprintf(stderr, "%.1f\n", 1e6 * (double)ticks / CLOCKS_PER_SEC / (double)(count ? count : 1));
    return 0;
}
)";

void write(const fs::path& file, const void* bytes, std::size_t size) {
    std::ofstream out(file, std::ios::binary);
    out.write(static_cast<const char*>(bytes), static_cast<std::streamsize>(size));
    if (!out.flush()) throw std::runtime_error("can't write " + file.string());
}

std::vector<float> read_floats(const fs::path& file, std::size_t count) {
    std::vector<float> values(count);
    std::ifstream in(file, std::ios::binary);
    const auto bytes = static_cast<std::streamsize>(count * sizeof(float));
    if (!in.read(reinterpret_cast<char*>(values.data()), bytes))
        throw std::runtime_error(file.string() + " is too short");
    return values;
}

// In the folder, so that the commands can be copied from what is printed.
void run(const fs::path& folder, const std::string& command) {
    std::cout << "$ " << command << '\n' << std::flush;
    if (std::system(("cd '" + folder.string() + "' && " + command).c_str()) != 0)
        throw std::runtime_error("this failed: " + command);
}

// Microseconds for one picture at a time.
double time_here(nn::Model& m, const Tensor& x) {
    constexpr Index pictures = 200;
    m.predict(slice(x, {{0, 1}}), 1).to_vector<float>();  // captured
    const auto begin = std::chrono::steady_clock::now();
    for (Index i = 0; i < pictures; ++i)
        m.predict(slice(x, {{i % x.shape()[0], i % x.shape()[0] + 1}}), 1).to_vector<float>();
    const std::chrono::duration<double, std::micro> time = std::chrono::steady_clock::now() - begin;
    return time.count() / static_cast<double>(pictures);
}

void deploy_c(const examples::Options& options) {
    const auto [train, test] = examples::load_digits(options);
    nn::Sequential m = examples::trained_reader(train, options);
    const fs::path folder = options.out / "deploy_c";
    fs::create_directories(folder);
    nn::save_c(m, (folder / "digits.c").string());
    write(folder / "main.c", program, std::string(program).size());
    std::cout << "\nwrote " << (folder / "digits.c").string()
              << " and digits.h: " << fs::file_size(folder / "digits.c") << " bytes of source, "
              << m.count_params() << " weights\n\n";

    const Tensor x = examples::as_pictures(test.images);
    const std::vector<float> pixels = x.to_vector<float>();
    write(folder / "pictures", pixels.data(), pixels.size() * sizeof(float));
    run(folder, "cc -std=c99 -O3 -Wall -Wextra -Werror -pedantic digits.c main.c -lm -o digits");
    run(folder, "./digits < pictures > answers 2> time");

    const Tensor here = m.predict(x, 500);
    const std::vector<float> expected = here.to_vector<float>();
    const std::vector<float> got = read_floats(folder / "answers", expected.size());
    float apart = 0;
    for (std::size_t i = 0; i < got.size(); ++i)
        apart = std::max(apart, std::abs(got[i] - expected[i]));
    const Tensor answers = argmax(reshape(tensor(got), here.shape()), -1);
    const auto right =
        sum(equal(answers, test.labels.cast(answers.dtype())).cast(f32)).item<float>();
    double in_c = 0;
    std::ifstream(folder / "time") >> in_c;
    const double at_home = time_here(m, x);
    std::cout << "\nthe largest difference from predict, of " << x.shape()[0]
              << " pictures: " << apart << "\nright: " << std::fixed << std::setprecision(4)
              << right / static_cast<float>(x.shape()[0]) << "\nthe program is of "
              << fs::file_size(folder / "digits") << " bytes\none picture takes "
              << std::setprecision(1) << in_c << " us in C, and " << at_home << " us in predict\n";
    if (apart > 1e-5F) throw std::runtime_error("the C file says something else than the model");
}

}  // namespace

int main(int argc, char** argv) {
    return examples::run_example(argc, argv,
                                 "a network for digits as one C file that depends on nothing",
                                 {.epochs = 1, .batch_size = 64, .learning_rate = 0.002}, deploy_c);
}
