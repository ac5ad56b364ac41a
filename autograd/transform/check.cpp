// Derivatives against differences.
#include <algorithm>
#include <cmath>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>

namespace shikumi {

namespace {

using Many = std::vector<Tensor>;

// Σ a·b over all tensors that have both.
Tensor inner(const Many& a, const Many& b) {
    Tensor total = scalar(0, f64);
    for (std::size_t k = 0; k < a.size(); ++k) {
        if (a[k].defined() && b[k].defined()) total = total + sum(a[k] * b[k]);
    }
    return total;
}

struct Checker {
    const CheckOptions& options;
    Generator rng;

    // A direction for each floating input; nothing for the others.
    Many direction(const Many& x) {
        Many d;
        for (const Tensor& t : x)
            d.push_back(is_floating(t.dtype()) ? random_normal(t.shape(), rng, 0, 1, f64)
                                               : Tensor());
        return d;
    }

    static Many moved(const Many& x, const Many& direction, double step) {
        Many out;
        for (std::size_t k = 0; k < x.size(); ++k)
            out.push_back(direction[k].defined() ? Tensor((x[k] + direction[k] * step).array())
                                                 : x[k]);
        return out;
    }

    void compare(const char* what, int order, double got, double differences, double scale) const {
        // Written so that a NaN is a difference.
        if (std::abs(got - differences) <= options.tolerance * std::max(1.0, scale)) return;
        fail<GradientError>("check_gradients", what, " of order ", order, " gives ", got,
                            " along a random direction, central differences give ", differences);
    }

    // f is scalar-valued here: an asymmetric projection of what is checked.
    void check(const FunctionOfMany& f, const Many& x, int order) {
        for (int n = 0; n < options.directions; ++n) {
            const Many d = direction(x);
            evaluate_all(d);
            const double h = options.step;
            const double plus = f(moved(x, d, h)).item<double>();
            const double minus = f(moved(x, d, -h)).item<double>();
            const double differences = (plus - minus) / (2 * h);

            Many v, floating, tangents;
            for (std::size_t k = 0; k < x.size(); ++k) {
                v.push_back(d[k].defined() ? identity(x[k]) : x[k]);
                if (!d[k].defined()) continue;
                floating.push_back(v.back());
                tangents.push_back(d[k]);
            }
            const Tensor y = f(v);
            const Many gradients = grad(y, floating);
            const double reverse = inner(gradients, tangents).item<double>();
            const double forward = jvp(y, floating, tangents).item<double>();
            // Rounding errors don't cancel as the sum's terms do: the scale is the sum of sizes.
            double scale = std::abs(differences);
            for (std::size_t k = 0; k < gradients.size(); ++k)
                scale = std::max(scale, sum(abs(gradients[k] * tangents[k])).item<double>());
            compare("reverse mode", order, reverse, differences, scale);
            compare("forward mode", order, forward, differences, scale);
        }
        if (order >= options.order) return;
        const Many projection = direction(x);
        evaluate_all(projection);
        const auto derivative = [f, projection](const Many& v) {
            Many floating, kept;
            for (std::size_t k = 0; k < v.size(); ++k) {
                if (!projection[k].defined()) continue;
                floating.push_back(v[k]);
                kept.push_back(projection[k]);
            }
            return inner(grad(f(v), floating), kept);
        };
        check(derivative, x, order + 1);
    }

    static void evaluate_all(const Many& tensors) {
        for (const Tensor& t : tensors) {
            if (t.defined()) evaluate(t);
        }
    }
};

}  // namespace

void check_gradients(const FunctionOfMany& f, const Many& x, const CheckOptions& options) {
    const auto wants_f64 = [](const char* what, const Tensor& t) {
        if (t.dtype() == f32)
            fail<DTypeError>("check_gradients", what, " is ", t.spec(),
                             ": differences need f64, cast it");
    };
    for (const Tensor& t : x) wants_f64("the input", t);
    const Tensor y = f(x);
    wants_f64("the result", y);
    if (!is_floating(y.dtype()))
        fail<GradientError>("check_gradients", "the result is ", y.spec(), ", wanted f64");
    Checker checker{options, Generator(options.seed)};
    const Tensor weights = random_normal(y.shape(), checker.rng, 0, 1, f64);
    evaluate(weights);
    checker.check([&](const Many& v) { return sum(f(v) * weights); }, x, 1);
}

void check_gradients(const Function& f, const Tensor& x, const CheckOptions& options) {
    check_gradients([&](const Many& v) { return f(v[0]); }, Many{x}, options);
}

}  // namespace shikumi
