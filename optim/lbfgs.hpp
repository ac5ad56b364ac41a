// L-BFGS.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include <shikumi/autograd/core/config.hpp>
#include <shikumi/autograd/graph/parameter.hpp>
#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::optim {

/// How L-BFGS finds the length of its steps.
enum class LineSearch : std::uint8_t {
    none,          ///< all are as long as the learning rate says
    strong_wolfe,  ///< the loss falls enough, and its slope becomes small enough
};
/// "none" or "strong_wolfe".
Config to_config(LineSearch value);
/// Reads such a name; nothing is "none". Throws ValueError with the nearest names for any other.
void from_config(const Config& config, LineSearch& value, std::string_view reading);

/// What L-BFGS can be given. Defaults are PyTorch's.
struct LBFGSOptions {
    double learning_rate = 1;                   ///< η: the length, or the first one that is tried
    Index max_iter = 20;                        ///< iterations in a step, at most
    std::optional<Index> max_eval = {};         ///< losses computed in a step; absent: 5/4 max_iter
    double tolerance_grad = 1e-7;               ///< stops where no partial derivative is larger
    double tolerance_change = 1e-9;             ///< stops where weights or loss change less
    Index history_size = 100;                   ///< pairs of changes from which curvature is known
    LineSearch line_search = LineSearch::none;  ///< how steps get their length
};
/// States the options by their names.
void visit_fields(auto& fields, FieldsOf<LBFGSOptions> auto& o) {
    fields("learning_rate", o.learning_rate);
    fields("max_iter", o.max_iter);
    fields("max_eval", o.max_eval);
    fields("tolerance_grad", o.tolerance_grad);
    fields("tolerance_change", o.tolerance_change);
    fields("history_size", o.history_size);
    fields("line_search", o.line_search);
}

/// D. Liu, J. Nocedal, "On the limited memory BFGS method for large scale optimization", 1989, as
/// PyTorch has it: steps −H g, where H approximates the inverse of the second derivatives from the
/// last changes of weights and gradients. The line search is that of J. Nocedal, S. Wright,
/// "Numerical optimization", algorithms 3.5 and 3.6, with cubic interpolation. For functions
/// without noise: a loss of all data, not of batches. Vectors are f64, whatever the weights are.
class LBFGS {
public:
    /// Throws ValueError for a learning rate that is not positive, a negative tolerance, and counts
    /// outside [1, 2⁵³].
    explicit LBFGS(const LBFGSOptions& options = {});

    /// Makes up to max_iter iterations. `loss` computes the scalar loss from the parameters as they
    /// are at each call. Gives the loss at the start. Throws what `loss` and `grad` throw, and
    /// leaves the parameters where they were then; StateError for a frozen parameter or others than
    /// in the step before, ValueError where the loss at the start is not finite.
    double step(const std::vector<Parameter>& parameters, const std::function<Tensor()>& loss);

    /// Iterations of all steps.
    Index iterations() const noexcept;
    /// Losses computed in all steps.
    Index evaluations() const noexcept;
    /// What it was given.
    const LBFGSOptions& options() const noexcept;
    /// The counts and, once a step was made, the last direction, gradient and length, and the
    /// changes that the curvature is known from.
    std::vector<Parameter> state() const;
    /// Takes over what `state()` of one with the same options gave, for the same parameters in the
    /// same order; the next step is the one that would have followed. Throws ValueError where a
    /// part is missing, unknown or there twice, and for a count that can't be; ShapeError and
    /// DTypeError where a part doesn't fit. Nothing has changed then.
    void restore(const std::vector<Parameter>& parameters, const std::vector<Parameter>& state);

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace shikumi::optim
