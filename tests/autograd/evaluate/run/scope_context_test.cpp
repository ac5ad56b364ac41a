// Errors of an evaluation name the layer.
#include <shikumi/autograd/evaluate/run/scope_context.hpp>

#include "catch.hpp"

using namespace shikumi;
using namespace shikumi::detail;

TEST_CASE("an error gets the layer that recorded the operation") {
    using Catch::Matchers::Contains;
    const std::string layer = "dense_1";
    const auto fails = [] { throw ValueError("[take] no such row"); };
    CHECK_THROWS_WITH(with_scope_context(&layer, fails),
                      Contains("no such row") && Contains("recorded in layer 'dense_1'"));
    CHECK_THROWS_WITH(with_scope_context(nullptr, fails), !Contains("layer"));
    CHECK_NOTHROW(with_scope_context(&layer, [] {}));
}
