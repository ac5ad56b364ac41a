// Reads digits off strips of noisy dots: it is told which digits there are, never where (CTC).
#include <shikumi/shikumi.hpp>

#include <algorithm>
#include <array>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "common/run.hpp"
#include "common/train.hpp"

using namespace shikumi;

namespace {

constexpr Index kWidth = 32, kHeight = 7, kMost = 6;  // of a strip; most digits on it

// Digits of 3 columns and 5 rows.
constexpr std::array<std::string_view, 10> kFont{
    "####.##.##.####", ".#.##..#..#.###", "##...#.#.#..###", "##...#.#...###.", "#.##.####..#..#",
    "####..##...###.", ".###..####.####", "###..#.#..#..#.", "####.#####.####", "####.####..###."};

struct Strips {
    Tensor x;  // (strips, columns, rows): a strip is a sequence of columns
    Tensor y;  // (strips, most digits): digit + 1, then zeros
};

// Digits with gaps of 1 to 3 columns, moved up or down by a row, under noise.
Strips draw_strips(Index count, RandomStream& random) {
    std::vector<float> x(static_cast<std::size_t>(count * kWidth * kHeight));
    std::vector<std::int64_t> y(static_cast<std::size_t>(count * kMost), 0);
    for (float& dot : x) dot = static_cast<float>(random.below(1000)) / 2500;
    for (Index strip = 0; strip < count; ++strip) {
        const Index digits = 1 + random.below(static_cast<std::uint32_t>(kMost));
        Index column = random.below(3);
        for (Index i = 0; i < digits && column + 3 <= kWidth; ++i) {
            const std::uint32_t digit = random.below(10);
            const Index top = random.below(3);
            for (Index dot = 0; dot < 15; ++dot) {
                if (kFont[digit][static_cast<std::size_t>(dot)] != '#') continue;
                const Index at = (strip * kWidth + column + dot % 3) * kHeight + top + dot / 3;
                x[static_cast<std::size_t>(at)] += 0.6F;
            }
            y[static_cast<std::size_t>(strip * kMost + i)] = digit + 1;
            column += 4 + random.below(3);
        }
    }
    return {tensor(x, {count, kWidth, kHeight}), tensor(y, {count, kMost})};
}

// The best class of each step; equal ones in a row are one, blanks are none.
std::string read(const std::vector<std::int64_t>& classes) {
    std::string digits;
    for (std::size_t t = 0; t < classes.size(); ++t) {
        if (classes[t] != 0 && (t == 0 || classes[t] != classes[t - 1]))
            digits += static_cast<char>('0' + classes[t] - 1);
    }
    return digits;
}

// What is written on a strip: two equal digits are two.
std::string written(const std::vector<std::int64_t>& symbols) {
    std::string digits;
    for (const std::int64_t symbol : symbols) {
        if (symbol != 0) digits += static_cast<char>('0' + symbol - 1);
    }
    return digits;
}

std::vector<std::int64_t> row(const Tensor& x, Index i) { return x[i].to_vector<std::int64_t>(); }

void show(const Tensor& strip, const std::string& digits) {
    const std::vector<float> dots = strip.to_vector<float>();
    for (Index y = 0; y < kHeight; ++y) {
        for (Index x = 0; x < kWidth; ++x) {
            const float dot = dots[static_cast<std::size_t>(x * kHeight + y)];
            std::cout << (dot > 0.6F ? '#' : dot > 0.3F ? '.' : ' ');
        }
        std::cout << (y + 1 == kHeight ? "  " + digits + "\n\n" : "\n");
    }
}

void digit_strip(const examples::Options& options) {
    RandomStream random({options.seed, 2});
    const Strips train = draw_strips(4000, random), test = draw_strips(500, random);

    nn::Sequential m{
        nn::Conv1D(
            32, 3,
            {.padding = Padding::same, .activation = nn::relu, .input_shape = {kWidth, kHeight}}),
        nn::Bidirectional(nn::GRU(32, {.return_sequences = true})),
        nn::Dense(11),  // the blank, then the digits
    };
    std::cout << m.summary() << '\n';
    m.compile(
        {.optimizer = optim::Adam({.learning_rate = options.learning_rate}), .loss = nn::ctc});
    const nn::History history =
        examples::fit(m, train.x, train.y, options, {.validation_data = {{test.x, test.y}}});

    const Tensor best = argmax(m.predict(test.x, 100), -1);
    Index right = 0;
    for (Index i = 0; i < best.shape()[0]; ++i)
        right += read(row(best, i)) == written(row(test.y, i));
    for (Index i = 0; i < 3; ++i) show(test.x[i], read(row(best, i)));
    std::cout << right << " of " << best.shape()[0] << " strips are read without a mistake\n";
    examples::write_history(history, options);
}

}  // namespace

int main(int argc, char** argv) {
    return examples::run_example(
        argc, argv, "digits on a strip, read by connectionist classification",
        {.epochs = 8, .batch_size = 32, .learning_rate = 0.005}, digit_strip);
}
