// Connectionist temporal classification, compared with the sum over all paths.
#include <cmath>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"
#include "support/layers.hpp"

using namespace shikumi;
using shikumi_test::contains;

namespace {

using Labels = std::vector<std::int64_t>;

// What a path spells: runs of equal classes once, without the blanks.
Labels spelled(const Labels& path) {
    Labels out;
    for (std::size_t t = 0; t < path.size(); ++t) {
        if (path[t] != 0 && (t == 0 || path[t] != path[t - 1])) out.push_back(path[t]);
    }
    return out;
}

// −log of the probability of all paths that spell `wanted`.
double by_paths(const Tensor& logits, const Labels& wanted) {
    const Index steps = logits.shape()[0], classes = logits.shape()[1];
    const std::vector<double> p = softmax(logits).to_vector<double>();
    double total = 0;
    Labels path(static_cast<std::size_t>(steps), 0);
    for (bool done = false; !done;) {
        if (spelled(path) == wanted) {
            double product = 1;
            for (std::size_t t = 0; t < path.size(); ++t)
                product *=
                    p[t * static_cast<std::size_t>(classes) + static_cast<std::size_t>(path[t])];
            total += product;
        }
        std::size_t t = 0;
        while (t < path.size() && ++path[t] == classes) path[t++] = 0;
        done = t == path.size();
    }
    return -std::log(total);
}

Tensor some_logits(const Shape& shape) {
    Generator rng(5);
    return random_normal(shape, rng, 0, 1, f64);
}

}  // namespace

TEST_CASE("ctc sums over all paths", "[nn]") {
    const Tensor logits = some_logits({1, 5, 3});
    for (const Labels& labels :
         {Labels{1}, {1, 2}, {2, 2}, {1, 2, 1}, {1, 1, 2}, {2, 1, 2, 1, 2}}) {
        INFO(labels.size());
        const Tensor y = expand_dims(tensor(labels), 0);
        const double expected = by_paths(squeeze(logits, 0), labels);
        CHECK(nn::ctc(y, logits).item<double>() == Approx(expected));
        const Tensor padded = pad(y, {{0, 0}, {0, 3}});
        CHECK(nn::ctc(padded, logits).item<double>() == Approx(expected));
    }
    const Tensor nothing = zeros({1, 2}, i64);
    CHECK(nn::ctc(nothing, logits).item<double>() ==
          Approx(-sum(slice(log_softmax(logits), 2, {0, 1})).item<double>()));
}

TEST_CASE("ctc has exact derivatives, also of second order", "[nn]") {
    const Tensor labels = tensor({{1, 1, 2}, {2, 0, 0}}, i64);
    check_gradients([&](const Tensor& x) { return nn::ctc(labels, x); }, some_logits({2, 5, 3}));
}

TEST_CASE("ctc is finite for certain and for impossible classes", "[nn]") {
    const Tensor labels = tensor({{1, 2}}, i64);
    const Tensor logits = tensor({{{0, 5000, 0}, {0, 0, -5000}, {0, 0, 9000}}}, f32);
    const Tensor loss = nn::ctc.reduced(labels, logits);
    CHECK(std::isfinite(loss.item<double>()));
    for (const double g : grad(loss, {logits})[0].to_vector<double>()) CHECK(std::isfinite(g));
}

TEST_CASE("ctc refuses labels that no path spells", "[nn]") {
    const auto loss = [](const Tensor& y, Index steps) {
        return nn::ctc(y, zeros({y.shape()[0], steps, 3})).to_vector<double>();
    };
    REQUIRE_THROWS_WITH(loss(tensor({{1, 1, 2}}, i64), 3), contains("[ctc]") && contains("4"));
    CHECK_NOTHROW(loss(tensor({{1, 1, 2}}, i64), 4));
    REQUIRE_THROWS_WITH(loss(tensor({{1, 0, 2}}, i64), 5), contains("zeros belong"));
    REQUIRE_THROWS_AS(loss(tensor({{1, 3}}, i64), 5), ValueError);
    REQUIRE_THROWS_AS(loss(tensor({{-1, 1}}, i64), 5), ValueError);
    REQUIRE_THROWS_AS(loss(tensor({{1.F, 2.F}}), 5), DTypeError);
    REQUIRE_THROWS_AS(loss(tensor({1, 2}, i64), 5), ShapeError);
}
