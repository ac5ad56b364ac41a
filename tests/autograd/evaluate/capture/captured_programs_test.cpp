// Captured programs are kept, found again and dropped.
#include <shikumi/autograd/evaluate/capture/captured_programs.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/ops/ops.hpp>

#include "catch.hpp"

using namespace shikumi;

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
