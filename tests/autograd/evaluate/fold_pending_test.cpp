// Long graphs drop the parts that can no longer be differentiated.
#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>

#include "catch.hpp"

using namespace shikumi;
using namespace shikumi::detail;

namespace {

Tensor four_ones() { return Tensor(ones({4}).array()); }

// A pending value whose leaf has no other handle.
Tensor chain(Tensor t = four_ones()) {
    for (int i = 0; i < 10; ++i) t = tanh(t);
    return t;
}

}  // namespace

TEST_CASE("a graph over values without handles is evaluated and loses its inputs") {
    const Tensor root = chain();
    fold_pending(root);
    CHECK(root.evaluated());
    CHECK(root.node()->inputs().empty());
}

TEST_CASE("a graph over a held value stays, and its other parts are folded") {
    const Tensor x = four_ones();
    const Tensor above = chain(x);
    fold_pending(above);
    CHECK_FALSE(above.evaluated());

    const Tensor both = chain() * chain(x);
    const std::uint32_t weight = both.node()->weight;
    fold_pending(both);
    CHECK_FALSE(both.evaluated());
    CHECK(both.node()->inputs()[0].evaluated());
    CHECK(both.node()->inputs()[0].node()->inputs().empty());
    CHECK_FALSE(both.node()->inputs()[1].evaluated());
    CHECK(both.node()->weight <= weight);
    CHECK(grad(sum(both), {x})[0].shape() == x.shape());
}

TEST_CASE("integers with handles and values recorded under NoGrad keep no graph") {
    const Tensor counts = Tensor(tensor(std::array<std::int64_t, 2>{1, 2}).array());
    const Tensor root = counts + 1;
    fold_pending(root);
    CHECK(root.evaluated());

    const Tensor x = four_ones();
    const NoGrad no_grad;
    const Tensor constant = tanh(x);
    fold_pending(constant);
    CHECK(constant.evaluated());
}
