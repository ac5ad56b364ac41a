#include <shikumi/nn/functions/regularizers.hpp>

#include <cmath>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/core/nearest_names.hpp>
#include <shikumi/autograd/ops/detail/lengths.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn {

namespace {

void check_factor(std::string_view regularizer, double factor) {
    if (!(factor >= 0) || !std::isfinite(factor))
        fail<ValueError>(regularizer, "the factor must be a number >= 0, got ", factor);
}

Tensor l1_penalty(const Tensor& w, double factor) { return sum(abs(w)) * factor; }
Tensor l2_penalty(const Tensor& w, double factor) { return sum(square(w)) * factor; }

}  // namespace

Regularizer L1(double l1) {
    check_factor("L1", l1);
    return {[=](const Tensor& w) { return l1_penalty(w, l1); }, sentence("L1(", l1, ")")};
}

Regularizer L2(double l2) {
    check_factor("L2", l2);
    return {[=](const Tensor& w) { return l2_penalty(w, l2); }, sentence("L2(", l2, ")")};
}

Regularizer L1L2(double l1, double l2) {
    check_factor("L1L2", l1);
    check_factor("L1L2", l2);
    if (l2 == 0) return L1(l1);
    if (l1 == 0) return L2(l2);
    return {[=](const Tensor& w) { return l1_penalty(w, l1) + l2_penalty(w, l2); },
            sentence("L1L2(", l1, ", ", l2, ")")};
}

Regularizer OrthogonalRegularizer(double factor, const OrthogonalRegularizerOptions& options) {
    constexpr std::string_view name = "OrthogonalRegularizer";
    check_factor(name, factor);
    return {[=, columns = options.columns](const Tensor& w) {
                if (w.rank() != 2)
                    fail<ShapeError>(name, "takes a matrix, got a weight of ", w.shape());
                const Tensor rows = columns ? transpose(w) : w;
                const Index count = rows.shape().front();
                if (count < 2)
                    fail<ValueError>(name, "wants at least two ", columns ? "columns" : "rows",
                                     ", got a weight of ", w.shape());
                const Tensor unit = shikumi::detail::unit(rows, 1);
                const Tensor others = 1 - eye(count, {}, w.dtype());
                const auto pairs = static_cast<double>(count * (count - 1));
                return sum(abs(matmul(unit, transpose(unit)) * others)) * (factor / pairs);
            },
            sentence(name, "(", factor, ")")};
}

Regularizer Regularizer::known_as(std::string_view name) { return regularizer(name); }

Regularizer regularizer(std::string_view name) {
    if (name == "l1" || name == "L1") return L1();
    if (name == "l2" || name == "L2") return L2();
    if (name == "l1_l2" || name == "L1L2") return L1L2();
    if (name == "orthogonal_regularizer" || name == "OrthogonalRegularizer")
        return OrthogonalRegularizer();
    static constexpr std::string_view known[] = {"l1", "l2", "l1_l2", "orthogonal_regularizer",
                                                 "L1", "L2", "L1L2",  "OrthogonalRegularizer"};
    shikumi::detail::refuse_name("regularizer", name, known);
}

}  // namespace shikumi::nn
