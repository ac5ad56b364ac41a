// L-BFGS.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include <shikumi/autograd/graph/parameter.hpp>
#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::optim {

/// How L-BFGS finds the length of its steps.
enum class LineSearch : std::uint8_t {
    none,          ///< all are as long as the learning rate says
    strong_wolfe,  ///< the loss falls enough, and its slope becomes small enough
};

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

/// D. Liu, J. Nocedal, "On the limited memory BFGS method for large scale optimization", 1989, as
/// PyTorch has it: steps −H g, where H approximates the inverse of the second derivatives from the
/// last changes of weights and gradients. The line search is that of J. Nocedal, S. Wright,
/// "Numerical optimization", algorithms 3.5 and 3.6, with cubic interpolation. For functions
/// without noise: a loss of all data, not of batches. Vectors are f64, whatever the weights are.
class LBFGS {
public:
    /// Throws ValueError for a learning rate that is not positive, a negative tolerance, and counts
    /// below 1.
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

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace shikumi::optim
