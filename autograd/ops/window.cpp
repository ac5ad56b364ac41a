// Windows from their descriptions. Everything is checked before any memory is taken.
#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/detail/window.hpp>

namespace shikumi::detail {

namespace {

constexpr Index most = Index{1} << 31;  // keeps products of sizes within 64 bits

void choose_padding(std::string_view op, kernels::Window& w, const Shape& x, const Pads& pads) {
    const auto axes = static_cast<std::size_t>(x.rank() - 2);
    const auto& widths = pads.widths();
    if (!widths.empty() && widths.size() != axes)
        fail<ShapeError>(op, "got ", widths.size(), " pairs of padding for ", axes, " axes");
    for (std::size_t i = 0; i < axes; ++i) {
        const auto axis = static_cast<unsigned>(i + 3 - axes);
        if (!widths.empty()) {
            const auto [before, after] = widths[i];
            if (before < 0 || after < 0 || before >= most || after >= most)
                fail<ValueError>(op, "padding must be at least 0 and below 2^31, got ", before,
                                 " and ", after);
            w.before[axis] = before;
            w.after[axis] = after;
        } else if (pads.rule() == Padding::causal) {
            w.before[axis] = w.extent(axis) - 1;
        } else if (pads.rule() == Padding::same) {
            const Index n = x[static_cast<int>(i) + 1], stride = w.stride[axis];
            const Index outputs = (n + stride - 1) / stride;
            const Index total = std::max<Index>(0, (outputs - 1) * stride + w.extent(axis) - n);
            w.before[axis] = total / 2;
            w.after[axis] = total - total / 2;
        }
    }
}

}  // namespace

std::vector<Index> per_axis(std::string_view op, std::string_view what, const PerAxis& numbers,
                            int axes) {
    const auto wanted = static_cast<std::size_t>(axes);
    std::vector<Index> list = numbers.list();
    if (list.size() == 1) list.resize(wanted, list[0]);
    if (list.size() != wanted)
        fail<ShapeError>(op, "got ", list.size(), " numbers as ", what, " for ", axes,
                         axes == 1 ? " axis" : " axes");
    for (const Index n : list) {
        if (n < 1 || n >= most)
            fail<ValueError>(op, what, " must be at least 1 and below 2^31, got ", n);
    }
    return list;
}

kernels::Window window_over(std::string_view op, const Shape& x, const PerAxis& size,
                            const PerAxis& strides, const PerAxis& dilation, const Pads& pads) {
    if (x.rank() < 3 || x.rank() > 5)
        fail<ShapeError>(op, "takes (batch, one to three axes, channels), got ", x);
    for (const Index n : x.sizes()) {
        if (n >= most) fail<ShapeError>(op, "takes axes of less than 2^31 elements, got ", x);
    }
    const auto axes = static_cast<std::size_t>(x.rank() - 2);
    const auto sizes = per_axis(op, "the window's size", size, x.rank() - 2);
    const auto steps = per_axis(op, "strides", strides, x.rank() - 2);
    const auto gaps = per_axis(op, "dilation", dilation, x.rank() - 2);
    kernels::Window w;
    for (std::size_t i = 0; i < axes; ++i) {
        const auto axis = static_cast<unsigned>(i + 3 - axes);
        w.size[axis] = sizes[i];
        w.stride[axis] = steps[i];
        w.dilation[axis] = gaps[i];
    }
    choose_padding(op, w, x, pads);
    for (std::size_t i = 0; i < axes; ++i) {
        const auto axis = static_cast<unsigned>(i + 3 - axes);
        const Index n = x[static_cast<int>(i) + 1];
        if (w.output_size(axis, n) < 1)
            fail<ShapeError>(op, "a window that covers ", w.extent(axis), " elements of axis ",
                             i + 1, " doesn't fit ", x, ", which has ", n,
                             w.before[axis] + w.after[axis] > 0
                                 ? sentence(" and ", w.before[axis] + w.after[axis], " of padding")
                                 : std::string());
    }
    return w;
}

Shape output_shape(const kernels::Window& window, const Shape& x, Index channels) {
    Shape::Sizes sizes = x.sizes();
    const int axes = x.rank() - 2;
    for (int i = 0; i < axes; ++i)
        sizes[i + 1] = window.output_size(static_cast<unsigned>(i + 3 - axes), x[i + 1]);
    sizes[axes + 1] = channels;
    return Shape(sizes);
}

}  // namespace shikumi::detail
