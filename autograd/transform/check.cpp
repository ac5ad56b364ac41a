#include <shikumi/autograd/transform/check.hpp>

#include <algorithm>
#include <cmath>
#include <string>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi {

namespace {

using Many = std::vector<Tensor>;
using Numbers = std::vector<double>;

// Those of the tensors that are floating.
Many floating(const Many& tensors) {
    Many chosen;
    for (const Tensor& t : tensors) {
        if (t.defined() && is_floating(t.dtype())) chosen.push_back(t);
    }
    return chosen;
}

Index elements(const Many& tensors) {
    Index total = 0;
    for (const Tensor& t : tensors) total += t.size();
    return total;
}

// All elements of the tensors in one row.
Tensor joined(const Many& tensors) {
    Many rows{zeros({0}, f64)};
    for (const Tensor& t : tensors) rows.push_back(flatten(t));
    return concatenate(rows);
}

// x + step · direction, of which the floating tensors of x have parts.
Many moved(const Many& x, const Many& direction, double step) {
    Many out;
    auto part = direction.begin();
    for (const Tensor& t : x)
        out.push_back(is_floating(t.dtype()) ? Tensor((t + *part++ * step).array()) : t);
    return out;
}

double product(const Numbers& a, const Numbers& b) {
    double total = 0;
    for (std::size_t i = 0; i < a.size(); ++i) total += a[i] * b[i];
    return total;
}

double product_of_sizes(const Numbers& a, const Numbers& b) {
    double total = 0;
    for (std::size_t i = 0; i < a.size(); ++i) total += std::abs(a[i] * b[i]);
    return total;
}

// Directions among the elements of some tensors: all unit vectors, or random ones.
struct Directions {
    std::vector<Many> list;
    bool whole;
    std::string name(std::size_t k) const {
        return whole ? "element " + std::to_string(k) : "a random direction";
    }
};

class Checker {
public:
    explicit Checker(const CheckOptions& options) : options_(options), rng_(options.seed) {}

    // f gives one f64 tensor.
    void check(const FunctionOfMany& f, const Many& x, int order, const std::string& how) {
        const Directions directions = directions_of(floating(x), options_.directions);
        const std::vector<Numbers> differences = central_differences(f, x, directions);
        Many v;
        for (const Tensor& t : x) v.push_back(is_floating(t.dtype()) ? identity(t) : t);
        const Many variables = floating(v);
        const Tensor y = f(v);
        const std::string of = " of order " + std::to_string(order) + how;
        const Directions projections = directions_of({y}, 1);
        if (options_.modes != CheckedModes::reverse)
            check_forward(y, variables, directions, differences, "forward mode" + of);
        if (options_.modes != CheckedModes::forward)
            check_reverse(y, variables, directions, projections, differences, "reverse mode" + of);
        if (order >= options_.order) return;
        check_derivatives(f, x, y, order, how);
    }

private:
    Directions directions_of(const Many& like, int random) {
        Directions all{{}, elements(like) <= options_.whole_jacobian};
        const Index count = all.whole ? elements(like) : random;
        for (Index k = 0; k < count; ++k) {
            Many direction;
            Index first = 0;
            for (const Tensor& t : like) {
                const Tensor numbers = reshape(arange(t.size()) + first, t.shape());
                direction.push_back(all.whole ? cast(equal(numbers, k), f64)
                                              : random_normal(t.shape(), rng_, 0, 1, f64));
                first += t.size();
            }
            evaluate(direction);
            all.list.push_back(std::move(direction));
        }
        return all;
    }

    std::vector<Numbers> central_differences(const FunctionOfMany& f, const Many& x,
                                             const Directions& directions) const {
        std::vector<Numbers> columns;
        const double h = options_.step;
        for (const Many& d : directions.list) {
            const Tensor plus = f(moved(x, d, h)), minus = f(moved(x, d, -h));
            columns.push_back(((plus - minus) / (2 * h)).to_vector<double>());
        }
        return columns;
    }

    void compare(const std::string& what, double got, double differences, double scale,
                 const std::string& along) const {
        // Written so that a NaN is a difference.
        if (std::abs(got - differences) <= options_.tolerance * std::max(1.0, scale)) return;
        fail<GradientError>("check_gradients", what, " gives ", got, " along ", along,
                            ", central differences give ", differences);
    }

    void check_forward(const Tensor& y, const Many& x, const Directions& directions,
                       const std::vector<Numbers>& differences, const std::string& what) const {
        for (std::size_t k = 0; k < directions.list.size(); ++k) {
            const Numbers pushed = jvp(y, x, directions.list[k]).to_vector<double>();
            double scale = 0;
            for (const double d : differences[k]) scale = std::max(scale, std::abs(d));
            for (std::size_t i = 0; i < pushed.size(); ++i)
                compare(
                    what, pushed[i], differences[k][i], scale,
                    directions.name(k) + " for element " + std::to_string(i) + " of the result");
        }
    }

    void check_reverse(const Tensor& y, const Many& x, const Directions& directions,
                       const Directions& projections, const std::vector<Numbers>& differences,
                       const std::string& what) const {
        for (std::size_t i = 0; i < projections.list.size(); ++i) {
            const Tensor& weights = projections.list[i][0];
            const Numbers pulled = joined(vjp(y, x, weights)).to_vector<double>();
            const Numbers w = weights.to_vector<double>();
            for (std::size_t k = 0; k < directions.list.size(); ++k) {
                const Numbers d = joined(directions.list[k]).to_vector<double>();
                // Rounding errors don't cancel as the sum's terms do: the scale is the sum of
                // sizes.
                const double scale =
                    std::max(product_of_sizes(w, differences[k]), product_of_sizes(pulled, d));
                compare(what, product(pulled, d), product(w, differences[k]), scale,
                        directions.name(k) + " for " +
                            (projections.whole ? projections.name(i) + " of the result"
                                               : std::string("a random projection")));
            }
        }
    }

    // Of a random projection of the result: the gradient, and the tangent along a random direction.
    void check_derivatives(const FunctionOfMany& f, const Many& x, const Tensor& y, int order,
                           const std::string& how) {
        const Tensor weights = random_normal(y.shape(), rng_, 0, 1, f64);
        Many along;
        for (const Tensor& t : floating(x))
            along.push_back(random_normal(t.shape(), rng_, 0, 1, f64));
        evaluate(weights);
        evaluate(along);
        if (options_.modes != CheckedModes::forward) {
            const bool whole = elements(floating(x)) <= options_.whole_jacobian;
            const auto gradient = [f, weights, along, whole](const Many& v) {
                const Many slopes = vjp(f(v), floating(v), weights);
                return whole ? joined(slopes) : sum(joined(slopes) * joined(along));
            };
            check(gradient, x, order + 1, " of reverse mode" + how);
        }
        if (options_.modes != CheckedModes::reverse) {
            const auto tangent = [f, weights, along](const Many& v) {
                return sum(jvp(f(v), floating(v), along) * weights);
            };
            check(tangent, x, order + 1, " of forward mode" + how);
        }
    }

    const CheckOptions& options_;
    Generator rng_;
};

void want_f64(const char* what, const Tensor& t) {
    if (t.dtype() == f32)
        fail<DTypeError>("check_gradients", what, " is ", t.spec(),
                         ": differences need f64, cast it");
}

}  // namespace

void check_gradients(const FunctionOfMany& f, const Many& x, const CheckOptions& options) {
    for (const Tensor& t : x) want_f64("the input", t);
    const Tensor y = f(x);
    want_f64("the result", y);
    if (!is_floating(y.dtype()))
        fail<GradientError>("check_gradients", "the result is ", y.spec(), ", wanted f64");
    Checker(options).check(f, x, 1, "");
}

void check_gradients(const Function& f, const Tensor& x, const CheckOptions& options) {
    check_gradients([&](const Many& v) { return f(v[0]); }, Many{x}, options);
}

}  // namespace shikumi
