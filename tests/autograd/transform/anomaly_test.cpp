// The first operation that makes NaN or infinity is found.
#include <cmath>

#include <shikumi/autograd/evaluate/capture/capture.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/graph/parameter.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>

#include "../graph/outputs.hpp"
#include "catch.hpp"

using namespace shikumi;
using shikumi_test::contains;

TEST_CASE("the first anomaly is named, forward and backward") {
    const Tensor x = tensor({1, 0, 4}, f64);
    const DetectAnomaly guard;
    CHECK_THROWS_WITH(mean(log(x - 0.5) + 1), contains("[log] makes NaN") &&
                                                  contains("element 1 of f64 (3,)") &&
                                                  contains("anomaly_test.cpp"));
    CHECK_THROWS_WITH(1 / x, contains("[divide]") && contains("infinity"));
    CHECK_THROWS_AS(log(x), AnomalyError);
    CHECK_THROWS_WITH(grad([](const Tensor& t) { return sum(sqrt(t)); })(x),
                      contains("in the derivative of sqrt"));
    Parameter w("w", tensor({0, 1}, f64));
    CHECK_THROWS_WITH(sum(sqrt(w.value())).backward(), contains("in the derivative of sqrt"));
    {
        const Scope model("model"), layer("dense_1");
        CHECK_THROWS_WITH(log(x - 2), contains("model/dense_1"));
    }
    auto captured = capture([](const Tensor& t) { return sum(log(t)); });
    CHECK_THROWS_AS(captured(x), AnomalyError);
    CHECK_THROWS_AS(vmap([](const Tensor& t) { return log(t); })(x), AnomalyError);
}

TEST_CASE("what comes in is no anomaly, and nothing is one without a guard") {
    const Tensor x = tensor({1, 0}, f64);
    const Tensor bad = log(x);
    {
        const DetectAnomaly guard;
        const Tensor on = sum(bad * 2) + 1;
        CHECK(on.evaluated());
        const auto pair = record_all(shikumi_test::Polar{}, x, x);
        CHECK(pair[0].evaluated());
        CHECK(sum(arange(3)).item<int>() == 3);
    }
    CHECK_FALSE(log(x).evaluated());
    CHECK(std::isinf(log(x).to_vector<double>()[1]));
}
