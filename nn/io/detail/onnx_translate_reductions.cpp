// Reductions, positions of extremes, softmax and running sums: along axes, wherever they lie.
#include <algorithm>
#include <cmath>

#include <shikumi/autograd/ops/detail/attributes.hpp>
#include <shikumi/autograd/ops/detail/reducing.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/io/detail/onnx_translations.hpp>

namespace shikumi::nn::detail {

namespace {

using kernels::Reduction;
using shikumi::detail::AlongAxis;
using shikumi::detail::AlongDirection;
using shikumi::detail::AxisSet;
using shikumi::detail::Reducing;

// The axes of the graph's tensor, and those that are left of it, counted anew unless they stay.
struct Reduced {
    std::vector<Index> axes;
    AxisOrder order;

    Reduced(const AxisOrder& before, AxisSet set, bool keepdims) {
        for (std::size_t i = 0; i < before.size(); ++i) {
            const int axis = before[i];
            if (shikumi::detail::holds(set, axis)) axes.push_back(static_cast<Index>(i));
            if (keepdims) order.push_back(axis);
            if (keepdims || shikumi::detail::holds(set, axis)) continue;
            int left = 0;
            for (int k = 0; k < axis; ++k) left += shikumi::detail::holds(set, k) ? 0 : 1;
            order.push_back(left);
        }
    }
};

// One reduction, whose axes the operator takes as an input or as an attribute.
std::string reduce(const OnnxTask& task, std::string_view op, const std::string& x,
                   const std::vector<Index>& axes, bool keepdims) {
    const Index keep = keepdims ? 1 : 0;
    if (op == "ReduceSum") return task.add(op, {x, task.integers(axes)}, {{"keepdims", keep}});
    return task.add(op, {x}, {{"axes", axes}, {"keepdims", keep}});
}

// Σ x / divisor, a mean where the divisor is the number of elements.
std::string total(const OnnxTask& task, const std::string& x, const Reduced& reduced,
                  bool keepdims) {
    bool is_mean = true;
    for (const unsigned batch : {0U, 1U}) {
        const auto& its = task.attributes<Reducing>(batch);
        const Index count = shikumi::detail::count(task.input(0).tensor[batch].shape(), its.axes);
        is_mean = is_mean && its.reduction.divisor == static_cast<double>(count);
    }
    const double divisor = task.attributes<Reducing>().reduction.divisor;
    if (is_mean && divisor != 1) return reduce(task, "ReduceMean", x, reduced.axes, keepdims);
    if (divisor != task.attributes<Reducing>(1).reduction.divisor)
        task.refuse("divides by a number that depends on the size of the batch");
    const std::string sum = reduce(task, "ReduceSum", x, reduced.axes, keepdims);
    if (divisor == 1) return sum;
    return task.add("Div", {sum, task.writer().shared_constant(scalar(divisor, task.out().dtype))});
}

void write_reduction(const OnnxTask& task) {
    const auto& its = task.attributes<Reducing>();
    const OrderedTensor x = task.at(0);
    const bool keepdims = task.out().shape.rank() == task.spec(0).shape.rank();
    const Reduced reduced(x.order, its.axes, keepdims);
    const auto extreme = [&](std::string_view op) {
        const DType dtype = task.spec(0).dtype;
        const bool narrow = dtype == bool_ || dtype == u8;
        const std::string y =
            reduce(task, op, narrow ? task.cast(x.name, i32) : x.name, reduced.axes, keepdims);
        task.give(narrow ? task.cast(y, dtype) : y, reduced.order);
    };
    switch (its.reduction.kind) {
        case Reduction::max:
        case Reduction::any:
            return extreme("ReduceMax");
        case Reduction::min:
        case Reduction::all:
            return extreme("ReduceMin");
        case Reduction::sum:
            return task.give(
                total(task,
                      task.spec(0).dtype == task.out().dtype ? x.name
                                                             : task.cast(x.name, task.out().dtype),
                      reduced, keepdims),
                reduced.order);
        case Reduction::squares:
            break;
    }
    std::string y = total(task, task.add("Mul", {x.name, x.name}), reduced, keepdims);
    if (its.reduction.root && its.reduction.epsilon != 0)
        y = task.add(
            "Add",
            {y, task.writer().shared_constant(scalar(its.reduction.epsilon, task.out().dtype))});
    task.give(its.reduction.root ? task.add("Sqrt", {y}) : y, reduced.order);
}

Index position_of(const OrderedTensor& x, int axis) {
    return std::ranges::find(x.order, axis) - x.order.begin();
}

template <bool largest>
void position_of_extreme(const OnnxTask& task) {
    const OrderedTensor x = task.at(0);
    const int axis = task.attributes<AlongAxis>().axis;
    const bool keepdims = task.out().shape.rank() == task.spec(0).shape.rank();
    const Reduced reduced(x.order, AxisSet{1} << axis, keepdims);
    const bool narrow = task.spec(0).dtype == bool_ || task.spec(0).dtype == u8;
    task.give(task.add(largest ? "ArgMax" : "ArgMin", {narrow ? task.cast(x.name, i32) : x.name},
                       {{"axis", reduced.axes.front()}, {"keepdims", Index{keepdims}}}),
              reduced.order);
}

template <bool of_log>
void softmax_of(const OnnxTask& task) {
    const OrderedTensor x = task.at(0);
    const Index axis = position_of(x, task.attributes<AlongAxis>().axis);
    task.give(task.add(of_log ? "LogSoftmax" : "Softmax", {x.name}, {{"axis", axis}}), x.order);
}

void cumulative_sum(const OnnxTask& task) {
    const auto& its = task.attributes<AlongDirection>();
    const OrderedTensor x = task.at(0);
    const std::string axis = task.writer().shared_constant(scalar(position_of(x, its.axis), i64));
    task.give(
        task.add(
            "CumSum",
            {task.spec(0).dtype == task.out().dtype ? x.name : task.cast(x.name, task.out().dtype),
             axis},
            {{"reverse", Index{its.backwards}}}),
        x.order);
}

constexpr OnnxTranslation reduction_table[] = {
    {"all", write_reduction},
    {"any", write_reduction},
    {"argmax", position_of_extreme<true>},
    {"argmin", position_of_extreme<false>},
    {"cumsum", cumulative_sum},
    {"length", write_reduction},
    {"log_softmax", softmax_of<true>},
    {"max", write_reduction},
    {"mean", write_reduction},
    {"mean_square", write_reduction},
    {"min", write_reduction},
    {"softmax", softmax_of<false>},
    {"sum", write_reduction},
};

}  // namespace

std::span<const OnnxTranslation> reduction_translations() { return reduction_table; }

}  // namespace shikumi::nn::detail
