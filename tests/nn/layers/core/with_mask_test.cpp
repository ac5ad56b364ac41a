// A mask that is a tensor: layers behind it leave steps out as they do for a mask of another layer.
#include <shikumi/nn/nn.hpp>

#include <utility>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>

#include "catch.hpp"
#include "support/layers.hpp"

using namespace shikumi;
using shikumi_test::check_values;
using shikumi_test::numbers;

namespace {

// x with the mask of its steps whose first feature is positive.
class PositiveSteps final : public nn::Layer {
public:
    explicit PositiveSteps(nn::WithMask layer) : layer_(std::move(layer)) {}
    Tensor call(const Tensor& x, nn::Mode mode) override {
        const Tensor first = squeeze(slice(x, 2, {0, 1}), 2);
        return layer_(std::vector{x, first > 0}, mode).front();
    }

private:
    nn::WithMask layer_;
};

}  // namespace

TEST_CASE("with_mask passes its tensor on", "[nn][layers]") {
    nn::check_layer(PositiveSteps(nn::WithMask()), {2, 3, 2});
    nn::WithMask layer;
    const Tensor x = tensor({{1.0, 2.0}, {3.0, 4.0}});
    check_values(layer(std::vector{x, tensor({{1, 0}, {1, 1}}, bool_)}).front(), {1, 2, 3, 4});
}

TEST_CASE("a mask that is given counts, whatever mask there was", "[nn][layers]") {
    const nn::Input ids({4}, {.dtype = i64, .name = "ids"}),
        shown({4}, {.dtype = bool_, .name = "shown"});
    const auto embedding = nn::shared(nn::Embedding(5, 3, {.mask_zero = true}));
    const auto rnn = nn::shared(nn::LSTM(2));
    const nn::SymbolicTensor x = ids | embedding;
    nn::Model given({ids, shown}, nn::connect(nn::WithMask(), {x, shown}) | rnn);
    nn::Model own(ids, x | rnn);
    const Tensor words = tensor({{1, 2, 0, 0}, {3, 0, 4, 0}}, i64);
    const auto as_embedding = numbers(own.predict(words));
    const auto same = given.predict(std::vector{words, not_equal(words, 0)});
    CHECK(numbers(same.front()) == as_embedding);
    const auto all = given.predict(std::vector{words, full({2, 4}, 1, bool_)});
    CHECK(numbers(all.front()) != as_embedding);
}

TEST_CASE("with_mask refuses what is no mask", "[nn][layers]") {
    const auto refuse = [](const std::vector<Tensor>& inputs) {
        nn::WithMask layer;
        CHECK_THROWS_AS(layer(inputs), ShapeError);
    };
    const Tensor x = ones({2, 3});
    refuse({x});
    refuse({x, ones({2, 3})});
    refuse({x, full({3, 2}, 1, bool_)});
    refuse({x, full({2, 3, 1}, 1, bool_)});
    CHECK_THROWS_AS(nn::WithMask()(x), ShapeError);
}
