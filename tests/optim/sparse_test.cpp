// Sparse gradients: a step on a few rows of a table equals a step on the whole table.
#include <vector>

#include <shikumi/autograd/memory/buffer.hpp>
#include <shikumi/autograd/ops/detail/rows.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/optim/optim.hpp>

#include "catch.hpp"

using namespace shikumi;

namespace {

// The table after some steps on rows that repeat, count from the end, and change from step to step.
std::vector<double> trained(optim::Optimizer optimizer, DType dtype, bool dense) {
    Generator rng(3);
    Parameter table("table", random_normal({30, 4}, rng, 0, 1, dtype));
    const Tensor aim = random_normal({2, 5, 4}, rng, 0, 1, dtype);
    for (Index step = 0; step < 4; ++step) {
        const Tensor rows =
            take(table, tensor({{0, 7, -30, 7, 28}, {11, 7, -1, 3, 4}}, i64) + (step % 2));
        Tensor loss = sum(square(square(rows - aim)));
        if (dense) loss = loss + sum(table) * 0;
        loss.backward();
        optimizer.step({table});
    }
    return table.value().to_vector<double>();
}

}  // namespace

TEST_CASE("a sparse step equals the dense one, bit by bit", "[optim]") {
    using Make = optim::Optimizer (*)();
    const Make makes[] = {
        [] { return optim::Optimizer(optim::SGD({.learning_rate = 0.01})); },
        [] { return optim::Optimizer(optim::SGD({.learning_rate = 0.01, .momentum = 0.9})); },
        [] { return optim::Optimizer(optim::SGD({.learning_rate = 0.01, .weight_decay = 0.1})); },
        [] { return optim::Optimizer(optim::SGD({.learning_rate = 0.01, .clipnorm = 1})); },
        [] { return optim::Optimizer(optim::Adagrad({.learning_rate = 0.1})); },
        [] { return optim::Optimizer(optim::Adam({.learning_rate = 0.1})); },
    };
    for (const Make make : makes) {
        for (const DType dtype : {f32, f64})
            CHECK(trained(make(), dtype, false) == trained(make(), dtype, true));
    }
}

TEST_CASE("a sparse gradient knows its rows", "[optim]") {
    const Parameter table("table", zeros({6, 2}));
    const Tensor rows = take(table, tensor({1, 4, 1}, i64));
    sum(rows * tensor({1, 2})).backward();
    const detail::IndexedRows g = detail::indexed_rows_of(table.grad());
    REQUIRE(g.defined());
    CHECK(g.indices.to_vector<int>() == std::vector{1, 4, 1});
    CHECK(g.rows.to_vector<float>() == std::vector<float>{1, 2, 1, 2, 1, 2});
    CHECK(table.grad().to_vector<float>() ==
          std::vector<float>{0, 0, 2, 4, 0, 0, 0, 0, 1, 2, 0, 0});
    CHECK_FALSE(detail::indexed_rows_of(zeros({6, 2})).defined());
}

TEST_CASE("a sparse step changes the table in place, without a copy", "[optim]") {
    constexpr Index rows = 400'000, width = 32;
    Parameter table("table", zeros({rows, width}));
    optim::Adagrad adagrad;
    const auto step = [&](std::vector<Index> indices) {
        sum(take(table, tensor(indices))).backward();
        adagrad.step({table});
    };
    step({1, 2, 3});  // allocates the accumulator
    const void* place = table.value().data<float>().data();
    const std::size_t peak = memory_stats().peak;
    step({5, rows - 1, 5});
    step({7, 7, 8});
    CHECK(memory_stats().peak < peak + (std::size_t{1} << 20));
    CHECK(table.value().data<float>().data() == place);

    // A handle to the old values keeps them.
    const Tensor before = table;
    step({0, 1, 2});
    CHECK(before.data<float>()[0] == 0);
    CHECK(table.value().data<float>()[0] < 0);
    CHECK(before.data<float>()[width * 8] == table.value().data<float>()[width * 8]);
}

TEST_CASE("an index out of range leaves every weight unchanged", "[optim]") {
    Parameter first("first", zeros({50, 2})), second("second", zeros({50, 2}));
    optim::SGD sgd;
    (sum(take(first, tensor({1, 2}, i64))) + sum(take(second, tensor({1, 50}, i64)))).backward();
    REQUIRE_THROWS_AS(sgd.step({first, second}), ValueError);
    CHECK(first.value().to_vector<float>() == std::vector<float>(100, 0));
}
