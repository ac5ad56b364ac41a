// Replays: fresh results, values written over old ones, and failures that change nothing.
#include <shikumi/autograd/evaluate/capture/captured_program.hpp>
#include <shikumi/autograd/ops/ops.hpp>

#include "catch.hpp"
#include "support/elements.hpp"

using namespace shikumi;
using namespace shikumi::detail;
using shikumi_test::floats;

namespace {

Tensor known(std::initializer_list<float> values) { return Tensor(tensor(values).array()); }

// A function of one argument, planned.
template <class F>
struct Planned {
    explicit Planned(F f, const Tensor& like)
        : program(recorded(std::move(f), like), EvaluationOptions()) {}
    static Recording recorded(F f, const Tensor& like) {
        const std::array<const Node*, 1> arguments{like.node()};
        return record_call(arguments, [&](std::span<const Tensor> in) { return f(in[0]); });
    }
    std::vector<Tensor> operator()(const Tensor& x, std::size_t results) {
        const std::array<const Node*, 1> arguments{x.node()};
        program.replay(*run, arguments);
        REQUIRE(run->results.size() == results);
        return std::exchange(run->results, std::vector<Tensor>(results));
    }
    CapturedProgram program;
    std::unique_ptr<CapturedRun> run = program.new_run();
};

}  // namespace

TEST_CASE("each replay computes fresh results from its argument") {
    const Tensor x = known({1, 2}), y = known({3, 4});
    Planned program([](const Tensor& in) { return std::vector<Tensor>{in + 1, Tensor(), in}; }, x);
    const auto first = program(x, 3), second = program(y, 3);
    CHECK(floats(first[0]) == std::vector<float>{2, 3});
    CHECK(floats(second[0]) == std::vector<float>{4, 5});
    CHECK_FALSE(first[1].defined());
    CHECK(first[2].node() == x.node());
    CHECK(second[2].node() == y.node());
}

TEST_CASE("a replay overwrites a parameter's old value without other handles") {
    Parameter p("p", zeros({4}));
    const Tensor x = Tensor(ones({4}).array());
    Planned program(
        [&](const Tensor& in) {
            p.assign(p + in);
            return std::vector<Tensor>();
        },
        x);
    program(x, 0);
    const void* const memory = p.value().node()->data;
    const Node* const leaf = p.value().node();
    program(x, 0);
    CHECK(p.value().node() == leaf);
    CHECK(p.value().node()->data == memory);
    const Tensor held = p;
    program(x, 0);
    CHECK(p.value().node() != leaf);
    CHECK(floats(held) == std::vector<float>(4, 2));
    CHECK(floats(p) == std::vector<float>(4, 3));
}

TEST_CASE("a replay that fails changes neither parameters nor results") {
    Parameter p("p", known({5, 6}));
    const Tensor first = Tensor(tensor(std::array<std::int64_t, 1>{0}).array());
    Planned program(
        [&](const Tensor& rows) {
            const Tensor row = take(p.value(), rows);
            p.assign(p + row);
            return std::vector<Tensor>{row};
        },
        first);
    CHECK(floats(program(first, 1)[0]) == std::vector<float>{5});
    CHECK(floats(p) == std::vector<float>{10, 11});
    const Tensor none = Tensor(tensor(std::array<std::int64_t, 1>{7}).array());
    const std::array<const Node*, 1> arguments{none.node()};
    CHECK_THROWS_AS(program.program.replay(*program.run, arguments), ValueError);
    CHECK_FALSE(program.run->results[0].defined());
    CHECK(floats(p) == std::vector<float>{10, 11});
    CHECK(floats(program(first, 1)[0]) == std::vector<float>{10});
}
