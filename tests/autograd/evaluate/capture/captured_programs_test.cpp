// Captured programs are kept, found again and dropped.
#include <array>
#include <atomic>
#include <cmath>
#include <set>
#include <thread>
#include <vector>

#include <shikumi/autograd/evaluate/capture/captured_programs.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/ops/ops.hpp>

#include "catch.hpp"
#include "support/threads.hpp"

using namespace shikumi;
using shikumi_test::together;

namespace {

struct Scaled {
    Tensor value;
    int recording = 0;
};

// A function that counts its recordings.
struct Scale {
    int recorded = 0;
    double factor = 2;
    Scaled operator()(const Tensor& x) { return {x * factor, ++recorded}; }
};

}  // namespace

TEST_CASE("programs are recorded once for each kind of call") {
    CapturedPrograms programs;
    Scale scale;
    CHECK(programs.call(scale, scalar(3.0F)).value.item<float>() == 6);
    CHECK(programs.call(scale, scalar(5.0F)).value.item<float>() == 10);
    CHECK(scale.recorded == 1);
    CHECK(programs.call(scale, ones({2})).recording == 2);
    CHECK(programs.call(scale, scalar(5.0F)).recording == 1);  // a constant of the recording
}

TEST_CASE("cleared programs are recorded again") {
    CapturedPrograms programs;
    Scale scale;
    programs.call(scale, scalar(3.0F));
    scale.factor = 3;
    CHECK(programs.call(scale, scalar(3.0F)).value.item<float>() == 6);
    programs.clear();
    CHECK(programs.call(scale, scalar(3.0F)).value.item<float>() == 9);
    CHECK(scale.recorded == 2);
}

TEST_CASE("a function may clear the programs that record it") {
    CapturedPrograms programs;
    const auto f = [&](const Tensor& x) {
        programs.clear();
        return x + 1;
    };
    CHECK(programs.call(f, scalar(3.0F)).item<float>() == 4);
    CHECK(programs.call(f, scalar(4.0F)).item<float>() == 5);
}

TEST_CASE("programs take pending arguments, and functions without arguments or results") {
    CapturedPrograms programs;
    const auto twice = [](const Tensor& x) { return x * 2; };
    CHECK(programs.call(twice, scalar(1.0F) + 2).item<float>() == 6);
    CHECK(programs.call(twice, scalar(2.0F) + 2).item<float>() == 8);

    Parameter p("p", scalar(0.0F));
    CapturedPrograms counting;
    const auto count = [&] { p.assign(p + 1); };
    for (int i = 0; i < 3; ++i) counting.call(count);
    CHECK(p.value().item<float>() == 3);
}

TEST_CASE("nothing is captured under Eager or inside another captured function") {
    CapturedPrograms outer, inner;
    Scale scale;
    const auto nested = [&](const Tensor& x) { return inner.call(scale, x).value + 1; };
    CHECK(outer.call(nested, scalar(1.0F)).item<float>() == 3);
    CHECK(outer.call(nested, scalar(2.0F)).item<float>() == 5);
    CHECK(scale.recorded == 1);
    const Eager eager;
    CHECK(inner.call(scale, scalar(2.0F)).value.item<float>() == 4);
    CHECK(inner.call(scale, scalar(2.0F)).recording == 3);
}

TEST_CASE("a result that is held keeps its value") {
    Parameter p("p", ones({4}));
    CapturedPrograms programs;
    const auto step = [&](const Tensor& x) {
        const Tensor before = p;
        p.assign(p + x);
        return std::pair(before, p.value());
    };
    std::vector<std::pair<Tensor, Tensor>> results;
    for (int i = 0; i < 3; ++i) results.push_back(programs.call(step, ones({4})));
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(results[i].first.to_vector<float>()[0] == static_cast<float>(i + 1));
        CHECK(results[i].second.to_vector<float>()[0] == static_cast<float>(i + 2));
    }
}

TEST_CASE("several threads record and replay one function side by side") {
    const Parameter w("w", full({4, 4}, 2.0));
    CapturedPrograms programs;
    const auto f = [&](const Tensor& x) { return sum(matmul(x, w)); };  // 8 · rows · x
    std::atomic<int> wrong = 0;
    together(4, [&](int t) {
        for (int i = 0; i < 200; ++i) {
            const Index rows = 1 + (t + i) % 3;
            const Tensor x = full({rows, 4}, i);
            wrong += programs.call(f, x).item<float>() == static_cast<float>(32 * rows * i) ? 0 : 1;
        }
    });
    CHECK(wrong == 0);
}

TEST_CASE("replays that assign or draw come one after another") {
    Parameter count("count", scalar(0, i64));
    Generator rng(1);
    CapturedPrograms programs;
    const auto step = [&](const Tensor& x) {
        count.assign(count + 1);
        return std::pair(count.value(), random_uniform({}, rng) + x);
    };
    std::array<std::vector<std::int64_t>, 4> counts;
    std::array<std::vector<float>, 4> numbers;
    together(4, [&](int t) {
        const auto own = static_cast<std::size_t>(t);
        for (int i = 0; i < 100; ++i) {
            const auto [n, number] = programs.call(step, scalar(0.0F));
            counts[own].push_back(n.item<std::int64_t>());
            numbers[own].push_back(number.item<float>());
        }
    });
    CHECK(count.value().item<std::int64_t>() == 400);
    std::set<std::int64_t> all;
    std::multiset<float> drawn, expected;
    for (const auto& own : counts) all.insert(own.begin(), own.end());
    for (const auto& own : numbers) drawn.insert(own.begin(), own.end());
    CHECK(all.size() == 400);
    Generator alone(1);
    for (int i = 0; i < 400; ++i) expected.insert(random_uniform({}, alone).item<float>());
    CHECK(drawn == expected);
}

TEST_CASE("recordings that share a lock don't see each other's parameters half changed") {
    Parameter w("w", zeros({64}));
    CapturedPrograms reading, writing(reading, {});
    const auto read = [&](const Tensor& x) { return w + x; };
    const auto write = [&](const Tensor& x) { w.assign(w + x); };
    std::atomic<int> wrong = 0;
    together(4, [&](int t) {
        for (int i = 0; i < 200; ++i) {
            if (t == 0) {
                writing.call(write, full({1 + i % 2 * 63}, 1.0));
                continue;
            }
            const std::vector<float> seen = reading.call(read, zeros({64})).to_vector<float>();
            wrong += seen.front() == seen.back() && seen[0] == std::floor(seen[0]) ? 0 : 1;
        }
    });
    CHECK(wrong == 0);
    CHECK(w.value().to_vector<float>() == std::vector<float>(64, 200));
}

TEST_CASE("a function may forget its recordings while it is recorded") {
    CapturedPrograms programs;
    int calls = 0;
    const auto f = [&](const Tensor& x) {
        if (++calls == 2) programs.clear();
        return x + 1;
    };
    CHECK(programs.call(f, ones({2})).to_vector<float>()[1] == 2);
    CHECK(programs.call(f, ones({3})).to_vector<float>()[2] == 2);
    CHECK(programs.call(f, ones({2})).to_vector<float>()[1] == 2);
    CHECK(calls == 3);
}
