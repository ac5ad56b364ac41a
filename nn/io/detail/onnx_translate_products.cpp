// Products of matrices, convolutions and poolings. What slides over pictures has the channels
// first.
#include <algorithm>
#include <numeric>

#include <shikumi/autograd/ops/detail/attributes.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/io/detail/onnx_translations.hpp>

namespace shikumi::nn::detail {

namespace {

using kernels::Window;
using shikumi::detail::OfMatrices;
using shikumi::detail::UnderWindow;

AxisOrder last_two_swapped(int rank) {
    AxisOrder order = natural_order(rank);
    std::swap(order[order.size() - 2], order.back());
    return order;
}

// Kernels are (window…, in, out) here, (out, in, window…) in the graph.
AxisOrder kernel_order(int rank) {
    AxisOrder order{rank - 1, rank - 2};
    for (int axis = 0; axis < rank - 2; ++axis) order.push_back(axis);
    return order;
}

// A matrix for the channels of each pixel, where these lie first: a convolution of one tap.
bool write_for_pixels(const OnnxTask& task, const OfMatrices& its) {
    const int rank = task.spec(0).shape.rank();
    if (rank < 3 || its.transpose_a || its.transpose_b || task.is_constant(0) ||
        !task.is_constant(1) || task.spec(1).shape.rank() != 2)
        return false;
    const OrderedTensor x = task.at(0);
    if (x.order != channels_first_order(rank)) return false;
    const std::string kernel = task.in_with_ones_in_front(1, kernel_order(rank));
    task.give(task.add("Conv", {x.name, kernel}), x.order);
    return true;
}

void matmul_of(const OnnxTask& task) {
    const auto& its = task.attributes<OfMatrices>();
    if (write_for_pixels(task, its)) return;
    const auto operand = [&](std::size_t i, bool transposed) {
        const int rank = task.spec(i).shape.rank();
        return task.in(i, transposed ? last_two_swapped(rank) : natural_order(rank));
    };
    task.give(task.add("MatMul", {operand(0, its.transpose_a), operand(1, its.transpose_b)}));
}

std::vector<Index> of_axes(const Window::Sizes& sizes, int axes) {
    return {sizes.end() - axes, sizes.end()};
}

OnnxAttributes window_of(const OnnxTask& task) {
    const Window& window = task.attributes<UnderWindow>().window;
    const int axes = task.out().shape.rank() - 2;
    std::vector<Index> pads = of_axes(window.before, axes);
    const std::vector<Index> after = of_axes(window.after, axes);
    pads.insert(pads.end(), after.begin(), after.end());
    OnnxAttributes all{{"kernel_shape", of_axes(window.size, axes)},
                       {"strides", of_axes(window.stride, axes)},
                       {"pads", pads}};
    if (window.dilation != Window().dilation)
        all.push_back({"dilations", of_axes(window.dilation, axes)});
    return all;
}

OnnxAttributes convolution_attributes(const OnnxTask& task) {
    OnnxAttributes all = window_of(task);
    all.push_back({"group", task.attributes<UnderWindow>().groups});
    return all;
}

void convolution_of(const OnnxTask& task) {
    const AxisOrder order = channels_first_order(task.out().shape.rank());
    task.give(
        task.add("Conv", {task.in(0, order), task.in(1, kernel_order(task.spec(1).shape.rank()))},
                 convolution_attributes(task)),
        order);
}

// How many pixels the output has beyond those that the windows reach.
void convolution_transpose_of(const OnnxTask& task) {
    const Window& window = task.attributes<UnderWindow>().window;
    const int rank = task.out().shape.rank(), axes = rank - 2;
    OnnxAttributes attributes = convolution_attributes(task);
    std::vector<Index> more;
    for (int i = 0; i < axes; ++i) {
        const auto at = static_cast<unsigned>(i + 3 - axes);
        const Index reached = (task.spec(0).shape[i + 1] - 1) * window.stride[at] +
                              window.extent(at) - window.before[at] - window.after[at];
        more.push_back(task.out().shape[i + 1] - reached);
    }
    if (std::ranges::any_of(more, [](Index n) { return n != 0; }))
        attributes.push_back({"output_padding", more});
    const AxisOrder order = channels_first_order(rank);
    task.give(task.add("ConvTranspose",
                       {task.in(0, order), task.in(1, kernel_order(task.spec(1).shape.rank()))},
                       std::move(attributes)),
              order);
}

void pool(const OnnxTask& task, std::string_view op) {
    const AxisOrder order = channels_first_order(task.out().shape.rank());
    task.give(task.add(op, {task.in(0, order)}, window_of(task)), order);
}

constexpr OnnxTranslation product_table[] = {
    {"average_pool", [](const OnnxTask& task) { pool(task, "AveragePool"); }},
    {"convolution", convolution_of},
    {"convolution_transpose", convolution_transpose_of},
    {"matmul", matmul_of},
    {"max_pool", [](const OnnxTask& task) { pool(task, "MaxPool"); }},
};

}  // namespace

std::span<const OnnxTranslation> product_translations() { return product_table; }

}  // namespace shikumi::nn::detail
