// Errors of an evaluation name the layer.
#include <shikumi/autograd/evaluate/run/scope_context.hpp>

#include "catch.hpp"

using namespace shikumi;

TEST_CASE("an error gets the layer that recorded the operation") {
    const std::string layer = "dense_1";
    ValueError error("[take] no such row");
    detail::add_scope_context(error, nullptr);
    CHECK(std::string(error.what()) == "[take] no such row");
    detail::add_scope_context(error, &layer);
    CHECK(std::string(error.what()) == "[take] no such row, recorded in layer 'dense_1'");
}
