// L-BFGS finds minima, and leaves weights where they were when something fails.
#include <cmath>
#include <limits>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/optim/optim.hpp>

#include "catch.hpp"

using namespace shikumi;
using shikumi_test::contains;

namespace {

// Rosenbrock's valley, over two parameters.
Tensor valley(const Tensor& x, const Tensor& y) {
    return sum(square(1 - x) + 100 * square(y - square(x)));
}

const optim::LBFGSOptions searching{.line_search = optim::LineSearch::strong_wolfe};

}  // namespace

TEST_CASE("L-BFGS reaches the minimum of a valley", "[optim]") {
    for (const DType dtype : {f32, f64}) {
        const Parameter x("x", full({}, -1.2, dtype)), y("y", full({1}, 1, dtype));
        optim::LBFGS lbfgs(searching);
        double before = std::numeric_limits<double>::infinity();
        for (int i = 0; i < 4; ++i) {
            const double loss = lbfgs.step({x, y}, [&] { return valley(x, y); });
            CHECK(loss <= before);
            before = loss;
        }
        CHECK(x.value().item<double>() == Approx(1).epsilon(1e-4));
        CHECK(y.value().item<double>() == Approx(1).epsilon(1e-4));
        CHECK(lbfgs.evaluations() >= lbfgs.iterations());
    }
}

TEST_CASE("L-BFGS without a line search, and at a minimum", "[optim]") {
    const Parameter w("w", tensor({3.0, -1.0}, f64));
    optim::LBFGS lbfgs({.learning_rate = 0.5, .max_iter = 50});
    const auto bowl = [&] { return sum(square(w) * tensor({1.0, 5.0}, f64)); };
    CHECK(lbfgs.step({w}, bowl) == Approx(14));
    CHECK(std::abs(lbfgs.step({w}, bowl)) < 1e-9);
    const Index iterations = lbfgs.iterations();
    lbfgs.step({w}, bowl);
    CHECK(lbfgs.iterations() - iterations <= 1);
}

TEST_CASE("more weights than an operation takes inputs", "[optim]") {
    std::vector<Parameter> many;
    for (int i = 0; i < 300; ++i) many.emplace_back("w", full({1}, i, f64));
    optim::LBFGS lbfgs(searching);
    const auto loss = [&] {
        Tensor total = sum(square(many[0] - 1));
        for (std::size_t i = 1; i < many.size(); ++i) total = total + sum(square(many[i] - 1));
        return total;
    };
    lbfgs.step(many, loss);
    CHECK(many[299].value().item<double>() == Approx(1));
}

TEST_CASE("a step that fails leaves the weights where they were", "[optim]") {
    const Parameter w("w", tensor({3.0, -1.0}, f64));
    optim::LBFGS lbfgs(searching);
    int calls = 0;
    const auto failing = [&]() -> Tensor {
        if (++calls == 3) fail<ValueError>("loss", "no more");
        return sum(square(square(w)));
    };
    REQUIRE_THROWS_WITH(lbfgs.step({w}, failing), contains("no more"));
    CHECK(w.value().to_vector<double>() == std::vector{3.0, -1.0});
    CHECK(lbfgs.iterations() == 0);
    REQUIRE_THROWS_WITH(lbfgs.step({w}, [&] { return sum(w) / 0.0; }),
                        contains("the loss at the start is"));
    // Where the function has no value, a shorter step is tried.
    const Parameter x("x", tensor({0.5}, f64));
    optim::LBFGS steep({.learning_rate = 10, .line_search = optim::LineSearch::strong_wolfe});
    steep.step({x}, [&] { return sum(x - log(x)); });
    CHECK(x.value().item<double>() == Approx(1).epsilon(1e-4));
}

TEST_CASE("L-BFGS refuses what makes no sense", "[optim]") {
    REQUIRE_THROWS_AS(optim::LBFGS({.learning_rate = 0}), ValueError);
    REQUIRE_THROWS_AS(optim::LBFGS({.max_iter = 0}), ValueError);
    REQUIRE_THROWS_AS(optim::LBFGS({.max_eval = 0}), ValueError);
    REQUIRE_THROWS_AS(optim::LBFGS({.tolerance_grad = -1}), ValueError);
    REQUIRE_THROWS_AS(optim::LBFGS({.history_size = 0}), ValueError);
    optim::LBFGS lbfgs;
    Parameter w("w", tensor({3.0})), other("other", tensor({3.0}));
    REQUIRE_THROWS_AS(lbfgs.step({}, [] { return scalar(0); }), ValueError);
    lbfgs.step({w}, [&] { return sum(square(w)); });
    REQUIRE_THROWS_AS(lbfgs.step({other}, [&] { return sum(square(other)); }), StateError);
    w.set_trainable(false);
    REQUIRE_THROWS_AS(lbfgs.step({w}, [&] { return sum(square(w)); }), StateError);
}
