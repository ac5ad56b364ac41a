// An operation with a kernel of your own: Lambert's W, which no C++ standard library has, and what
// it can do for ten lines.
#include <shikumi/shikumi.hpp>

#include <chrono>
#include <cmath>
#include <iomanip>
#include <iostream>
#include <span>
#include <vector>

#include "common/run.hpp"

using namespace shikumi;

namespace {

// W(x)·exp(W(x)) = x for x ≥ -1/e, by Halley's method from a start that is right at both ends.
double lambert(double x) {
    double w = x < 1 ? x * (1 - x / 2) : std::log(x);
    if (x < -0.25) w = -1 + std::sqrt(2 * (1 + std::exp(1.0) * x));
    for (int i = 0; i < 20; ++i) {
        const double e = std::exp(w), off = w * e - x;
        w -= off / (e * (w + 1) - (w + 2) * off / (2 * w + 2));
    }
    return w;
}

const auto lambert_w = custom_op(
    "lambert_w",
    [](auto x, auto w) {  // std::span<const T> and std::span<T>; T is float or double
        for (std::size_t i = 0; i < x.size(); ++i)
            w[i] = static_cast<std::remove_cvref_t<decltype(w[i])>>(lambert(x[i]));
    },
    [](const Tensor&, const Tensor& w, const Tensor& g) { return g * exp(-w) / (1 + w); });

// The polynomial with these coefficients at each x: two inputs, and a result of another shape.
const auto horner = custom_op<2>(
    "horner",
    [](auto c, auto x, auto y) {
        for (std::size_t i = 0; i < x.size(); ++i) {
            y[i] = 0;
            for (std::size_t k = c.size(); k-- > 0;) y[i] = y[i] * x[i] + c[k];
        }
    },
    [](const Tensor& c, const Tensor& x, const Tensor&, const Tensor& g) {
        const Tensor powers = pow(expand_dims(x, 1), arange(0, c.size(), 1, c.dtype()));
        const Tensor slopes = matmul(powers[{Slice{}, Slice{0, -1}}],
                                     (c * arange(0, c.size(), 1, c.dtype()))[Slice{1}]);
        return std::tuple(matmul(g, powers), g * slopes);
    },
    {.shape = [](const std::vector<Shape>& in) { return in[1]; }});

Tensor total(const Tensor& x) { return sum(lambert_w(x)); }

void derivatives() {
    const Tensor x = tensor({-0.3, 0.0, 1.0, std::exp(1.0), 10.0}, f64);
    const auto row = [](const char* what, const Tensor& values) {
        std::cout << std::left << std::setw(26) << what << std::right;
        for (const double v : values.to_vector<double>()) std::cout << std::setw(12) << v;
        std::cout << '\n';
    };
    const auto slope = [](const Tensor& t) { return sum(grad(total)(t)); };
    std::cout << std::fixed << std::setprecision(7);
    row("x", x);
    row("W(x)", lambert_w(x));
    row("W exp W - x", lambert_w(x) * exp(lambert_w(x)) - x);
    row("W'", grad(total)(x));
    row("W'' by reverse mode twice", grad(slope)(x));
    row("W'' by both modes", hvp(total, x, ones_like(x)));
    row("W'''", grad([&](const Tensor& t) { return sum(grad(slope)(t)); })(x));
    row("W' of each, by vmap", vmap(grad([](const Tensor& t) { return lambert_w(t); }))(x));
    row("in f32", lambert_w(x.cast(f32)));
    check_gradients([](const Tensor& t) { return lambert_w(t); }, x);
    std::cout << "check_gradients finds nothing to complain about.\n\n";
}

// The coefficients of a polynomial that is near exp, by Newton's method: one step, since the loss
// is quadratic in them.
void fit() {
    const Tensor x = linspace(-1, 1, 41, f64), wanted = exp(x);
    const auto loss = [&](const Tensor& c) { return sum(square(horner(c, x) - wanted)); };
    const Tensor start = zeros({5}, f64);
    const Tensor c = start - solve(hessian(loss)(start), grad(loss)(start));
    check_gradients([&](const std::vector<Tensor>& in) { return horner(in[0], in[1]); },
                    std::vector<Tensor>{c, x});
    std::cout << "a polynomial of degree 4 near exp on [-1, 1]: " << c << "\nlargest error "
              << std::scientific << std::setprecision(2)
              << max(abs(horner(c, x) - wanted)).item<double>() << ", its slope's "
              << max(abs(grad([&](const Tensor& t) { return sum(horner(c, t)); })(x) - wanted))
                     .item<double>()
              << "\n\n";
}

// A captured function replays the kernel like any other operation.
void captured(const examples::Options& options) {
    const Tensor x = linspace(0, 10, options.count("size", 1), f64);
    auto step = capture([](const Tensor& t) { return grad(total)(t); });
    evaluate(step(x));
    const auto begin = std::chrono::steady_clock::now();
    evaluate(step(x));
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    std::cout << x.size() << " derivatives, captured: " << std::fixed << std::setprecision(1)
              << 1e9 * seconds / static_cast<double>(x.size()) << " ns each\n";
}

void custom_op_example(const examples::Options& options) {
    derivatives();
    fit();
    captured(options);
}

}  // namespace

int main(int argc, char** argv) {
    return examples::run_example(argc, argv, "operations with kernels of your own",
                                 {.training = examples::Training::none,
                                  .own = {{"size", "10000", "elements that the last part takes"}}},
                                 custom_op_example);
}
