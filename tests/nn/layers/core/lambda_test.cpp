// Lambda: any function as a layer.
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"

using namespace shikumi;

TEST_CASE("Lambda calls its function", "[nn]") {
    const Tensor a = tensor({{1, 2}, {3, 4}});
    CHECK(nn::Lambda([](const Tensor& x) { return x * 2; })(a).to_vector<double>() ==
          std::vector<double>{2, 4, 6, 8});
}
