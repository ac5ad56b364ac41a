// One number for all elements along some axes.
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/io/detail/onnx_operators.hpp>

namespace shikumi::nn::detail {

namespace {

using Outputs = std::vector<Tensor>;
using Call = OnnxCall;

Tensor sum_of(const Tensor& x, const Axes& axes, Boolean keepdims) {
    return sum(x, axes, keepdims).cast(x.dtype());  // integers add up in i64
}
Tensor mean_of(const Tensor& x, const Axes& axes, Boolean keepdims) {
    return mean(x, axes, keepdims);
}
Tensor prod_of(const Tensor& x, const Axes& axes, Boolean keepdims) {
    return prod(x, axes, keepdims).cast(x.dtype());
}
Tensor max_of(const Tensor& x, const Axes& axes, Boolean keepdims) {
    return (max)(x, axes, keepdims);
}
Tensor min_of(const Tensor& x, const Axes& axes, Boolean keepdims) {
    return (min)(x, axes, keepdims);
}
Tensor l1_of(const Tensor& x, const Axes& axes, Boolean keepdims) {
    return sum_of(abs(x), axes, keepdims);
}
Tensor l2_of(const Tensor& x, const Axes& axes, Boolean keepdims) {
    return norm(x, axes, keepdims);
}
Tensor log_sum_of(const Tensor& x, const Axes& axes, Boolean keepdims) {
    return log(sum(x, axes, keepdims));
}
Tensor log_sum_exp_of(const Tensor& x, const Axes& axes, Boolean keepdims) {
    return logsumexp(x, axes, keepdims);
}
Tensor sum_square_of(const Tensor& x, const Axes& axes, Boolean keepdims) {
    return sum_of(square(x), axes, keepdims);
}

using Reduction = Tensor (*)(const Tensor&, const Axes&, Boolean);

template <Reduction function>
Outputs reduce(const Call& call, const std::vector<Index>& axes) {
    const bool keepdims = call.flag("keepdims", true);
    return {function(call[0], axes.empty() ? Axes() : Axes(axes), keepdims)};
}
template <Reduction function>
Outputs by_attribute(const Call& call) {
    return reduce<function>(call, call.integers("axes"));
}
template <Reduction function>
Outputs by_input(const Call& call) {
    const bool idle = call.flag("noop_with_empty_axes");
    const std::vector<Index> axes = call.integers(1, "");
    // Over no axes, a sum is each element's own, and a norm its absolute value.
    if (axes.empty() && idle) return {function(call[0], Axes(axes), true)};
    return reduce<function>(call, axes);
}

// Of equal elements the last one counts where `select_last_index` says so.
template <Tensor (*function)(const Tensor&, std::optional<Integer>, Boolean)>
Outputs position(const Call& call) {
    const Tensor& x = call[0];
    const int axis = normalize_axis(call.node().op, call.integer("axis", 0), x.rank());
    const bool keepdims = call.flag("keepdims", true);
    if (!call.flag("select_last_index")) return {function(x, axis, keepdims)};
    return {(x.shape()[axis] - 1) - function(flip(x, axis), axis, keepdims)};
}

Outputs cumsum_of(const Call& call) {
    const Index axis = call.known_integers(1).at(0);
    const bool reverse = call.flag("reverse");
    const auto turned = [&](const Tensor& x) { return reverse ? flip(x, axis) : x; };
    const Tensor sums = turned(cumsum(turned(call[0]), axis)).cast(call[0].dtype());
    return {call.flag("exclusive") ? sums - call[0] : sums};
}

constexpr OnnxOperator reduction_operators[] = {
    {"ReduceSum", 1, 12, by_attribute<sum_of>},
    {"ReduceSum", 13, 21, by_input<sum_of>},
    {"ReduceMean", 1, 17, by_attribute<mean_of>},
    {"ReduceMean", 18, 21, by_input<mean_of>},
    {"ReduceProd", 1, 17, by_attribute<prod_of>},
    {"ReduceProd", 18, 21, by_input<prod_of>},
    {"ReduceMax", 1, 17, by_attribute<max_of>},
    {"ReduceMax", 18, 21, by_input<max_of>},
    {"ReduceMin", 1, 17, by_attribute<min_of>},
    {"ReduceMin", 18, 21, by_input<min_of>},
    {"ReduceL1", 1, 17, by_attribute<l1_of>},
    {"ReduceL1", 18, 21, by_input<l1_of>},
    {"ReduceL2", 1, 17, by_attribute<l2_of>},
    {"ReduceL2", 18, 21, by_input<l2_of>},
    {"ReduceLogSum", 1, 17, by_attribute<log_sum_of>},
    {"ReduceLogSum", 18, 21, by_input<log_sum_of>},
    {"ReduceLogSumExp", 1, 17, by_attribute<log_sum_exp_of>},
    {"ReduceLogSumExp", 18, 21, by_input<log_sum_exp_of>},
    {"ReduceSumSquare", 1, 17, by_attribute<sum_square_of>},
    {"ReduceSumSquare", 18, 21, by_input<sum_square_of>},
    {"ArgMax", 1, 21, position<argmax>},
    {"ArgMin", 1, 21, position<argmin>},
    {"CumSum", 11, 21, cumsum_of},
};

}  // namespace

std::span<const OnnxOperator> onnx_reductions() { return reduction_operators; }

}  // namespace shikumi::nn::detail
