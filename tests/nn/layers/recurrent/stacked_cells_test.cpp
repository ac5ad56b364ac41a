// StackedRNNCells: the same as recurrent layers on top of each other.
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"
#include "support/difference.hpp"
#include "support/layers.hpp"

using namespace shikumi;
using nn::Mode;
using shikumi_test::contains;
using shikumi_test::difference;
using shikumi_test::weights_of;

TEST_CASE("check_layer passes stacked cells", "[recurrent]") {
    nn::check_layer(nn::StackedRNNCells(nn::LSTMCell(3), nn::GRUCell(2)), {3, 2});
    nn::check_layer(
        nn::RNN(nn::StackedRNNCells(nn::LSTMCell(3), nn::GRUCell(2)), {.return_sequences = true}),
        {3, 4, 2});
    nn::check_layer(
        nn::RNN(nn::StackedRNNCells(nn::SimpleRNNCell(2, {.dropout = 0.3}), nn::LSTMCell(2))),
        {3, 3, 2});
}

TEST_CASE("stacked cells are layers on top of each other", "[recurrent]") {
    Generator rng(4);
    const Tensor x = random_normal({2, 5, 3}, rng, 0, 1, f64);
    nn::RNN stacked(nn::StackedRNNCells(nn::LSTMCell(3), nn::GRUCell(2)),
                    {.return_sequences = true, .return_state = true, .dtype = f64});
    nn::LSTM lower(3, {.return_sequences = true, .return_state = true, .dtype = f64});
    nn::GRU upper(2, {.return_sequences = true, .return_state = true, .dtype = f64});
    const auto both = [&] {
        const auto first = lower(std::vector{x});
        const auto second = upper(std::vector{first[0]});
        return std::vector{second[0], first[1], first[2], second[1]};
    };
    stacked(x);
    both();
    std::vector<Parameter> wanted = lower.weights(), mine = stacked.weights();
    for (const Parameter& w : upper.weights()) wanted.push_back(w);
    REQUIRE(mine.size() == wanted.size());
    for (std::size_t i = 0; i < mine.size(); ++i) wanted[i].assign(mine[i].value());

    for (const bool masked : {false, true}) {
        nn::CallContext context;
        if (masked) context.set_mask(x, tensor({{1, 1, 0, 1, 0}, {0, 1, 1, 1, 1}}, bool_));
        const auto got = stacked(std::vector{x}), expected = both();
        REQUIRE(got.size() == expected.size());
        for (std::size_t i = 0; i < got.size(); ++i) CHECK(difference(got[i], expected[i]) < 1e-12);
    }
    // From states of one's own, and from those that a batch left behind.
    const auto again = stacked(std::vector{x});
    const auto onwards = stacked(std::vector{x, again[1], again[2], again[3]});
    CHECK(difference(onwards[0], again[0]) > 1e-3);
    REQUIRE_THROWS_AS(stacked(std::vector{x, again[1]}), ShapeError);
}

TEST_CASE("stacked cells can be added one by one, copied, mirrored", "[recurrent]") {
    nn::StackedRNNCells cells;
    REQUIRE_THROWS_WITH(cells(ones({2, 3})), contains("no cells"));
    cells.add(nn::SimpleRNNCell(3));
    cells.add(nn::SimpleRNNCell(2));
    CHECK(weights_of(nn::RNN(cells), {2, 4, 5}) ==
          "kernel (5, 3), recurrent_kernel (3, 3), bias (3,), kernel (3, 2), recurrent_kernel "
          "(2, 2), bias (2,)");
    nn::Bidirectional both{nn::RNN(cells)};
    CHECK(both(ones({2, 4, 5})).shape() == Shape{2, 4});
    CHECK(both.weights().size() == 12);
    cells(ones({2, 5}));
    REQUIRE_THROWS_AS(cells.add(nn::SimpleRNNCell(2)), StateError);
}
