// Shapes and indices. A transposition only changes the order that axes are known to have.
#include <algorithm>
#include <limits>

#include <shikumi/autograd/graph/multi_output.hpp>
#include <shikumi/autograd/ops/detail/attributes.hpp>
#include <shikumi/autograd/ops/detail/transpose.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/io/detail/onnx_translations.hpp>

namespace shikumi::nn::detail {

namespace {

using shikumi::detail::AlongAxis;
using shikumi::detail::OnGrid;

constexpr Index most = std::numeric_limits<Index>::max(), least = std::numeric_limits<Index>::min();

void reshape_of(const OnnxTask& task) {
    const Shape& shape = task.out().shape;
    std::vector<Index> sizes;
    int open = 0;
    for (int axis = 0; axis < shape.rank(); ++axis) {
        const bool is_open = OnnxTask::is_open(task.node(), axis);
        sizes.push_back(is_open ? -1 : shape[axis]);
        open += is_open ? 1 : 0;
    }
    task.give(task.add("Reshape",
                       {task.in(0), open > 1 ? task.sizes(task.node()) : task.integers(sizes)}));
}

void broadcast_of(const OnnxTask& task) {
    task.give(task.add("Expand", {task.in(0), task.sizes(task.node())}));
}

void transpose_of(const OnnxTask& task) {
    const auto& axes = task.attributes<shikumi::detail::Transpose>().order;
    const OrderedTensor x = task.at(0);
    AxisOrder order;
    for (const int before : x.order)
        order.push_back(static_cast<int>(std::ranges::find(axes, before) - axes.begin()));
    task.give(x.name, order);
}

// What Slice is told of one axis; nothing is left out where all of it stays.
struct Cut {
    Index start, end;
    bool whole;
};

Cut cut_of(const OnnxTask& task, int axis) {
    const auto at = static_cast<unsigned>(axis);
    const auto &grid = task.attributes<OnGrid>(), &larger = task.attributes<OnGrid>(1);
    const Index step = grid.step[at], start = grid.start[at], size = task.spec(0).shape[axis];
    const Index count = task.out().shape[axis], count_larger = task.node().tensor[1].shape()[axis];
    const Index size_larger = task.input(0).tensor[1].shape()[axis];
    if (step != larger.step[at]) task.refuse("has a step that depends on the size of the batch");
    const Index end = start + count * step, end_larger = larger.start[at] + count_larger * step;
    // From the front, or from the back: whichever is the same for all sizes.
    const auto place = [&](Index a, Index b) {
        if (a == b) return a < 0 ? least : a;
        if (a - size == b - size_larger) return a >= size ? most : a - size;
        task.refuse("cuts where the size of the batch says");
    };
    return {place(start, larger.start[at]), place(end, end_larger),
            step == 1 && count == size && count_larger == size_larger};
}

void slice_of(const OnnxTask& task) {
    const OrderedTensor x = task.at(0);
    std::vector<Index> starts, ends, axes, steps;
    for (std::size_t i = 0; i < x.order.size(); ++i) {
        const int axis = x.order[i];
        const Cut cut = cut_of(task, axis);
        if (cut.whole) continue;
        starts.push_back(cut.start);
        ends.push_back(cut.end);
        axes.push_back(static_cast<Index>(i));
        steps.push_back(task.attributes<OnGrid>().step[static_cast<unsigned>(axis)]);
    }
    if (axes.empty()) return task.give(x.name, x.order);
    task.give(task.add("Slice", {x.name, task.integers(starts), task.integers(ends),
                                 task.integers(axes), task.integers(steps)}),
              x.order);
}

// Zeros around a tensor.
void place_of(const OnnxTask& task) {
    const OrderedTensor x = task.at(0);
    const auto before_of = [&](unsigned batch, unsigned axis) {
        const auto& grid = task.attributes<OnGrid>(batch);
        if (grid.step[axis] != 1 && task.spec(0).shape[static_cast<int>(axis)] > 1)
            task.refuse("puts zeros between elements");
        return grid.start[axis];
    };
    std::vector<Index> before, after;
    for (const int axis : x.order) {
        const auto at = static_cast<unsigned>(axis);
        const auto behind = [&](unsigned batch) {
            return task.node().tensor[batch].shape()[axis] - before_of(batch, at) -
                   task.input(0).tensor[batch].shape()[axis];
        };
        if (before_of(0, at) != before_of(1, at) || behind(0) != behind(1))
            task.refuse("adds as many zeros as the size of the batch says");
        before.push_back(before_of(0, at));
        after.push_back(behind(0));
    }
    before.insert(before.end(), after.begin(), after.end());
    task.give(task.add("Pad", {x.name, task.integers(before)}), x.order);
}

void concatenate_of(const OnnxTask& task) {
    const AxisOrder order = task.common_order();
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < task.size(); ++i) parts.push_back(task.in(i, order));
    const Index axis = std::ranges::find(order, task.attributes<AlongAxis>().axis) - order.begin();
    task.give(task.add("Concat", parts, {{"axis", axis}}), order);
}

void take_of(const OnnxTask& task) {
    const Index axis = task.attributes<AlongAxis>().axis;
    task.give(task.add("Gather", {task.in(0), task.in(1)}, {{"axis", axis}}));
}

void take_along(const OnnxTask& task) {
    const Index axis = task.attributes<AlongAxis>().axis;
    task.give(task.add("GatherElements", {task.in(0), task.in(1)}, {{"axis", axis}}));
}

void one_hot_of(const OnnxTask& task) {
    const std::string depth = task.writer().shared_constant(scalar(task.out().shape.back(), i64));
    const DType dtype = task.out().dtype;
    const std::string values =
        task.writer().shared_constant(tensor({0.0, 1.0}, dtype == bool_ ? f32 : dtype));
    const std::string y = task.add("OneHot", {task.in(0), depth, values});
    task.give(dtype == bool_ ? task.cast(y, bool_) : y);
}

// How many of the sorted numbers lie before x.
void search_of(const OnnxTask& task) {
    const bool first = task.attributes<shikumi::detail::OfSide>().side == Side::left;
    task.give_by([first](const std::vector<Tensor>& in) {
        const Tensor x = expand_dims(in[1], -1);
        return std::vector{sum((first ? in[0] < x : in[0] <= x).cast(i64), -1)};
    });
}

void output_of(const OnnxTask& task) {
    const auto& its = task.attributes<shikumi::detail::Projection>();
    const std::vector<OrderedTensor>& outputs = task.outputs_of_input(0);
    if (its.index >= outputs.size() || outputs[its.index].name.empty())
        task.refuse("is one that ONNX doesn't have");
    task.give(outputs[its.index].name, outputs[its.index].order);
}

constexpr OnnxTranslation shaping_table[] = {
    {"broadcast_to", broadcast_of},
    {"concatenate", concatenate_of},
    {"one_hot", one_hot_of},
    {"output", output_of},
    {"place", place_of},
    {"reshape", reshape_of},
    {"searchsorted", search_of},
    {"slice", slice_of},
    {"take", take_of},
    {"take_along_axis", take_along},
    {"transpose", transpose_of},
};

}  // namespace

std::span<const OnnxTranslation> shaping_translations() { return shaping_table; }

}  // namespace shikumi::nn::detail
