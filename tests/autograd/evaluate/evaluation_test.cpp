// Deferred evaluation: the time of computation, the storage of values, the release of nodes.
#include "catch.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/graph/node.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>

using namespace shikumi;

namespace {

Tensor counting(Index rows, Index columns) {
    std::vector<float> values(static_cast<std::size_t>(rows * columns));
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 97) / 7 - 5;
    return tensor(values, {rows, columns});
}

// An operation whose evaluation fails.
struct Broken final : General {
    std::string_view name() const noexcept override { return "broken"; }
    Spec infer(Specs in) const override { return in[0]; }
    void eval(ConstViews, View) const override { fail<ValueError>(name(), "as asked"); }
    bool can_fail() const noexcept override { return true; }
    Tensor vjp(int, Tensors, const Tensor&, const Tensor& g) const override { return g; }
};

}  // namespace

TEST_CASE("recording computes nothing, reading a value does") {
    const Tensor x = ones({3, 2});
    const Tensor y = exp(x) + 1.0;
    CHECK_FALSE(y.evaluated());
    CHECK(y.to_vector<double>()[5] == Approx(std::exp(1.0) + 1).epsilon(1e-6));
    CHECK(y.evaluated());
}

TEST_CASE("groups cut into blocks equal one pass") {
    for (const Index rows : {1, 3, 64, 1000}) {
        for (const Index columns : {1, 5, 512, 700, 3001}) {
            const Tensor x = counting(rows, columns);
            const Tensor row = counting(1, columns), column = counting(rows, 1);
            const Tensor bias = reshape(counting(1, columns), {columns});
            const auto f = [&] {
                return (x * row - column) * 0.5 + bias + where(x > row, x, column);
            };
            const std::vector<float> fused = f().to_vector<float>();
            const std::vector<float> single = [&] {
                const Eager eager;
                return f().to_vector<float>();
            }();
            CHECK(fused == single);
            const auto xs = x.data<float>(), rs = row.data<float>(), cs = column.data<float>();
            bool same = true;
            for (Index i = 0; i < rows; ++i) {
                for (Index j = 0; j < columns; ++j) {
                    const auto at = static_cast<std::size_t>(i * columns + j);
                    const float r = rs[static_cast<std::size_t>(j)],
                                c = cs[static_cast<std::size_t>(i)];
                    const float wanted = (xs[at] * r - c) * 0.5F + r + (xs[at] > r ? xs[at] : c);
                    same = same &&
                           std::abs(wanted - fused[at]) <= 1e-5F * std::max(1.0F, std::abs(wanted));
                }
            }
            CHECK(same);
        }
    }
}

TEST_CASE("broadcasting across several axes reads the right elements") {
    const Tensor a = reshape(arange(0, 12, 1, f64), {2, 1, 3, 2});
    const Tensor b = reshape(arange(0, 20, 1, f64), {5, 1, 4, 1, 1});
    const Tensor c = a + b;  // (5, 2, 4, 3, 2)
    REQUIRE(c.shape() == Shape{5, 2, 4, 3, 2});
    const auto v = c.data<double>();
    std::size_t at = 0;
    for (int i = 0; i < 5; ++i)
        for (int j = 0; j < 2; ++j)
            for (int k = 0; k < 4; ++k)
                for (int l = 0; l < 6; ++l, ++at) CHECK(v[at] == (j * 6 + l) + (i * 4 + k));
}

TEST_CASE("values with a handle are computed in the same run") {
    const Tensor x = counting(4, 4);
    const Tensor hidden = exp(x);
    const Tensor view = reshape(hidden, {16});
    const Tensor y = sum(hidden * 2.0);
    evaluate(y);
    CHECK(hidden.evaluated());
    CHECK(view.evaluated() == false);  // not an input of the evaluated value
    CHECK(view.to_vector<float>() == hidden.to_vector<float>());
}

TEST_CASE("reading a value keeps the graph, an assignment consumes it") {
    Parameter w("w", ones({3}));
    const Tensor loss = sum(square(w));
    CHECK(loss.item<float>() == 3);
    loss.backward();
    CHECK(w.grad().to_vector<float>() == std::vector<float>{2, 2, 2});

    const Assignment step{w, w - w.grad() * 0.25};
    const Tensor held = sum(square(w) * 3.0);
    evaluate({&held, 1}, {&step, 1});
    CHECK(held.item<float>() == 9);
    CHECK(w.value().to_vector<float>() == std::vector<float>{0.5F, 0.5F, 0.5F});
    CHECK_THROWS_AS(held.backward(), GradientError);
    CHECK_THROWS_AS(loss.backward(), GradientError);  // no longer depends on the current value
}

TEST_CASE("a weight is overwritten in place unless a handle holds the old value") {
    Parameter w("w", ones({100}));
    const auto step = [&] {
        const Assignment a{w, w * 0.5 + 1.0};
        evaluate({}, {&a, 1});
    };
    step();  // the first value may share its buffer with the constructor's argument
    const void* before = w.value().data<float>().data();
    step();
    CHECK(w.value().data<float>().data() == before);
    const Tensor old = w;
    const std::vector<float> kept = old.to_vector<float>();
    step();
    CHECK(w.value().data<float>().data() != before);
    CHECK(old.to_vector<float>() == kept);

    SECTION("a pending reader of the old value keeps it") {
        const Tensor reader = w.value() + 1.0;
        const float was = w.value().data<float>()[0];
        step();
        CHECK(reader.to_vector<float>()[0] == was + 1);
    }
    SECTION("a held view of the old value keeps it") {
        const Tensor view = reshape(w, {10, 10});
        evaluate(view);
        const float was = w.value().data<float>()[0];
        step();
        CHECK(view.to_vector<float>()[0] == was);
    }
    SECTION("reads after the write in one group see the old value") {
        Parameter v("v", ones({100}));
        const Tensor was_w = w * 1.0;
        const float w0 = w.value().data<float>()[0];
        const Tensor new_w = w * 3.0;
        const Tensor new_v = v + w * new_w;
        const Assignment both[] = {{w, new_w}, {v, new_v}};
        evaluate({}, both);
        CHECK(w.value().data<float>()[7] == w0 * 3);
        CHECK(v.value().data<float>()[7] == 1 + w0 * (w0 * 3));
        CHECK(was_w.to_vector<float>()[0] == w0);
    }
    SECTION("two parameters change places") {
        Parameter v("v", zeros({100}));
        const float w0 = w.value().data<float>()[0];
        const Assignment swap[] = {{w, v.value() + 0.0}, {v, w.value() + 0.0}};
        evaluate({}, swap);
        CHECK(w.value().data<float>()[3] == 0);
        CHECK(v.value().data<float>()[3] == w0);
    }
}

TEST_CASE("assignments that don't fit are refused and change nothing") {
    Parameter w("w", ones({3}));
    const Assignment wrong_shape{w, zeros({4})};
    CHECK_THROWS_AS(evaluate({}, {&wrong_shape, 1}), ShapeError);
    const Assignment twice[] = {{w, zeros({3})}, {w, ones({3})}};
    CHECK_THROWS_AS(evaluate({}, twice), ValueError);
    CHECK_THROWS_AS(w.assign(zeros({3}, f64)), DTypeError);
    CHECK(w.value().to_vector<float>() == std::vector<float>{1, 1, 1});
}

TEST_CASE("a failed evaluation changes nothing and can be repeated") {
    Parameter w("w", ones({50}));
    {
        const Assignment warm{w, w + 0.0};
        evaluate({}, {&warm, 1});
    }
    const Tensor good = exp(w.value());
    const Tensor bad = record(Broken{}, good);
    const Assignment a[] = {{w, w * 2.0}};
    CHECK_THROWS_AS(evaluate({&bad, 1}, a), ValueError);
    CHECK_FALSE(good.evaluated());
    CHECK(w.value().data<float>()[0] == 1);
    CHECK_THROWS_WITH(bad.to_vector<float>(), shikumi_test::contains("[broken] as asked"));
    evaluate({&good, 1}, a);
    CHECK(w.value().data<float>()[0] == 2);
    CHECK(good.to_vector<float>()[0] == Approx(std::exp(1.0)));
}

TEST_CASE("an error at evaluation names the scope it was recorded in") {
    Tensor bad;
    {
        const Scope outer("model");
        const Scope scope("dense_1");
        bad = record(Broken{}, ones({2}));
    }
    CHECK_THROWS_WITH(evaluate(bad), shikumi_test::contains("model/dense_1"));
}

TEST_CASE("a chain of a million additions is built, evaluated, differentiated and destroyed") {
    const std::int64_t nodes = shikumi::detail::live_nodes();
    {
        const Tensor x = tensor({1.0, 2.0, 3.0});
        Tensor y = x;
        for (int i = 0; i < 1'000'000; ++i) y = y + x;
        const Tensor total = sum(y);
        CHECK(total.item<float>() == Approx(6'000'006.0).epsilon(1e-3));
        CHECK(grad(total, {x})[0].to_vector<double>()[1] == Approx(1'000'001.0).epsilon(1e-3));
        CHECK(jvp(total, {x}, {ones({3})}).item<float>() == Approx(3'000'003.0).epsilon(1e-3));
    }
    CHECK(shikumi::detail::live_nodes() == nodes);
}

TEST_CASE("a long chain of different operations survives too") {
    Tensor y = ones({2, 2}, f64);
    const Tensor x = y;
    for (int i = 0; i < 20'000; ++i) y = i % 2 == 0 ? transpose(y) : y * 1.0001;
    CHECK(y.to_vector<double>()[0] == Approx(std::pow(1.0001, 10'000)));
    CHECK(grad(sum(y), {x})[0].to_vector<double>()[3] == Approx(std::pow(1.0001, 10'000)));
}

TEST_CASE("a running sum that is never read doesn't grow") {
    Parameter w("w", ones({8}));
    Tensor total = zeros({});
    std::int64_t nodes = 0;
    for (int i = 0; i < 30'000; ++i) {
        const Tensor loss = sum(square(w));
        loss.backward();
        const Tensor g = w.grad();
        w.zero_grad();
        const Assignment step{w, w - g * 1e-5};
        evaluate({}, {&step, 1});
        total = total + loss;
        if (i == 10'000) nodes = shikumi::detail::live_nodes();
    }
    CHECK(shikumi::detail::live_nodes() < nodes + 10'000);
    CHECK(total.item<float>() > 0);
}

TEST_CASE("large pending values weigh more than small ones") {
    Tensor total = zeros({1 << 20});
    const std::size_t before = memory_stats().live;
    for (int i = 0; i < 200; ++i) total = total + Tensor(ones({1 << 20}).array());
    CHECK(memory_stats().live - before < std::size_t{160} << 20);  // not 200 × 4 MiB
    CHECK(total.data<float>()[5] == 200);
}

TEST_CASE("operations under NoGrad are constants, and release their inputs after evaluation") {
    const Tensor x = tensor({1.0, 2.0});
    Tensor c;
    {
        const NoGrad off;
        c = x * x;
    }
    CHECK(grad(sum(c * x), {x})[0].to_vector<float>() == std::vector<float>{1, 4});
    CHECK(c.evaluated() == true);
    CHECK(c.node()->op == nullptr);
}

TEST_CASE("eager evaluation computes at once") {
    const Eager eager;
    const Tensor y = ones({2}) + 1.0;
    CHECK(y.evaluated());
    CHECK(y.to_vector<float>() == std::vector<float>{2, 2});
}

TEST_CASE("empty tensors and empty handles") {
    const Tensor nothing = zeros({0, 3}) * 2.0 + tensor({1.0, 2.0, 3.0});
    CHECK(nothing.to_vector<float>().empty());
    CHECK(sum(nothing).item<float>() == 0);
    CHECK_THROWS_AS(Tensor() + 1.0, StateError);
    CHECK_THROWS_AS(evaluate(Tensor()), StateError);
    CHECK_THROWS_AS(Tensor().shape(), StateError);
    CHECK_THROWS_AS(ones({2}).item<float>(), ShapeError);
    CHECK_THROWS_AS(ones({2}).data<double>(), DTypeError);
}

TEST_CASE("a steady step requests no memory from the system") {
    Parameter w("w", ones({64, 4}));
    const Tensor x = counting(16, 64);
    const auto step = [&] {
        const Tensor loss = mean(square(matmul(x, w)));
        loss.backward();
        const Tensor g = w.grad();
        w.zero_grad();
        const Assignment a{w, w - g * 1e-6};
        evaluate({}, {&a, 1});
    };
    for (int i = 0; i < 10; ++i) step();
    const std::size_t allocations = memory_stats().allocations;
    const std::size_t live = memory_stats().live;
    for (int i = 0; i < 1000; ++i) step();
    // Without the pool every block is requested from the system, so only the live bytes count.
    if (memory_stats().cached > 0) CHECK(memory_stats().allocations == allocations);
    CHECK(memory_stats().live == live);
}

TEST_CASE("memory that isn't there is refused with operation, shape and bytes", "[evaluate]") {
    const Index huge = Index{1} << 50;
    CHECK_THROWS_WITH(zeros({huge}).array(), shikumi_test::contains("1125899906842624") &&
                                                 shikumi_test::contains("broadcast_to") &&
                                                 shikumi_test::contains("4503599627370496 bytes"));
    CHECK_THROWS_WITH(evaluate(sum(softmax(full({huge}, 1, f64)))),
                      shikumi_test::contains("1125899906842624") &&
                          shikumi_test::contains("9007199254740992 bytes"));
    // Nothing is lost by it.
    CHECK(sum(ones({3})).item<float>() == 3);
    const Eager eager;
    CHECK_THROWS_AS(zeros({huge, 2}), Error);
}
