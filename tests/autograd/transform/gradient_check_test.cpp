// The gradient checker must find planted mistakes.
#include <cmath>
#include <numeric>

#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>

#include "catch.hpp"

using namespace shikumi;

namespace {

// sin x with a partial derivative given by the test.
template <class Partial>
struct Sine final : Pointwise {
    std::string_view name() const noexcept override { return "sine"; }
    Spec infer(Specs in) const override { return floating_spec(name(), in); }
    kernels::BlockKernel kernel(Specs in) const override {
        return kernels::floating(in[0].dtype, [](auto x) { return std::sin(x); });
    }
    Tensor partial(int, Tensors in, const Tensor&) const override { return Partial{}(in[0]); }
};

struct Right {
    Tensor operator()(const Tensor& x) const { return cos(x); }
};
struct Wrong {
    Tensor operator()(const Tensor& x) const { return cos(x) * 1.001; }
};
struct WrongSign {
    Tensor operator()(const Tensor& x) const { return -cos(x); }
};
struct Absent {
    Tensor operator()(const Tensor&) const { return {}; }
};
struct RightOnce {
    Tensor operator()(const Tensor& x) const { return stop_gradient(cos(x)); }
};

template <class Partial>
Tensor sine(const Tensor& x) {
    return record(Sine<Partial>{}, x);
}

// x from last to first, with an adjoint given by the test.
template <class Adjoint>
struct Backwards final : Multilinear {
    std::string_view name() const noexcept override { return "backwards"; }
    Spec infer(Specs in) const override { return floating_spec(name(), in); }
    void eval(ConstViews in, View out) const override {
        const Index n = out.size();
        for (Index i = 0; i < n; ++i) out.as<double>()[i] = in[0].as<double>()[n - 1 - i];
    }
    Tensor adjoint(int, Tensors, const Tensor& g) const override { return Adjoint{}(g); }
};

struct Reversed {
    Tensor operator()(const Tensor& g) const { return flip(g); }
};
struct Unmoved {  // the sum of its derivatives is right
    Tensor operator()(const Tensor& g) const { return identity(g); }
};
struct Doubled {
    Tensor operator()(const Tensor& g) const { return 2 * flip(g); }
};

// x² with derivatives given by the test.
struct Slopes {
    double reverse, forward;
    friend bool operator==(const Slopes&, const Slopes&) = default;
};
struct Squared final : General {
    explicit Squared(Slopes s) : slopes(s) {}
    std::string_view name() const noexcept override { return "squared"; }
    Spec infer(Specs in) const override { return floating_spec(name(), in); }
    void eval(ConstViews in, View out) const override {
        const double* x = in[0].as<double>();
        for (Index i = 0; i < out.size(); ++i) out.as<double>()[i] = x[i] * x[i];
    }
    Tensor vjp(int, Tensors in, const Tensor&, const Tensor& g) const override {
        return slopes.reverse * in[0] * g;
    }
    Tensor jvp(Tensors in, const Tensor&, Tensors tangents) const override {
        if (slopes.forward == 0) return {};
        return slopes.forward * in[0] * tangents[0];
    }
    bool operator==(const Squared& other) const { return slopes == other.slopes; }

    Slopes slopes;
};

const Tensor& point() {
    static const Tensor x = tensor({{0.3, -0.8, 1.1}, {0.6, 1.7, -1.3}}, f64);
    return x;
}

}  // namespace

TEST_CASE("right derivatives pass the gradient check", "[gradient_check]") {
    CHECK_NOTHROW(check_gradients(sine<Right>, point()));
    CHECK_NOTHROW(
        check_gradients([](const Tensor& x) { return record(Backwards<Reversed>{}, x); }, point()));
    CHECK_NOTHROW(check_gradients(
        [](const Tensor& x) {
            return record(Squared({2, 2}), x);
        },
        point()));
    // has no jvp, so jvp takes the vjp of the vjp
    CHECK_NOTHROW(check_gradients(
        [](const Tensor& x) {
            return record(Squared({2, 0}), x);
        },
        point()));
}

TEST_CASE("wrong partials are caught", "[gradient_check]") {
    CHECK_THROWS_AS(check_gradients(sine<Wrong>, point()), GradientError);
    CHECK_THROWS_AS(check_gradients(sine<WrongSign>, point()), GradientError);
    CHECK_THROWS_AS(check_gradients(sine<Absent>, point()), GradientError);
}

TEST_CASE("wrong adjoints are caught", "[gradient_check]") {
    const auto with = []<class Adjoint>(Adjoint) {
        return [](const Tensor& x) { return record(Backwards<Adjoint>{}, x); };
    };
    CHECK_THROWS_AS(check_gradients(with(Unmoved{}), point()), GradientError);
    CHECK_THROWS_AS(check_gradients(with(Doubled{}), point()), GradientError);
}

TEST_CASE("an error in one mode alone is caught", "[gradient_check]") {
    const auto with = [](Slopes s) {
        return [s](const Tensor& x) { return record(Squared(s), x); };
    };
    CHECK_THROWS_AS(check_gradients(with({2.01, 2}), point()), GradientError);
    CHECK_THROWS_AS(check_gradients(with({2, 2.01}), point()), GradientError);
    CHECK_THROWS_AS(check_gradients(with({2.01, 0}), point()), GradientError);
}

TEST_CASE("a wrong second derivative is caught, at the second order", "[gradient_check]") {
    CHECK_NOTHROW(check_gradients(sine<RightOnce>, point(), {.order = 1}));
    CHECK_THROWS_AS(check_gradients(sine<RightOnce>, point(), {.order = 2}), GradientError);
}

TEST_CASE("a wrong derivative by one of several inputs is caught", "[gradient_check]") {
    const FunctionOfMany f = [](const std::vector<Tensor>& x) { return x[0] * sine<Wrong>(x[1]); };
    CHECK_THROWS_AS(check_gradients(f, {point(), point() + 1}), GradientError);
    const FunctionOfMany g = [](const std::vector<Tensor>& x) { return x[0] * sine<Right>(x[1]); };
    CHECK_NOTHROW(check_gradients(g, {point(), point() + 1}));
}

TEST_CASE("the gradient check requires f64", "[gradient_check]") {
    CHECK_THROWS_AS(check_gradients([](const Tensor& x) { return sin(x); }, ones({2})), DTypeError);
}
