#include <shikumi/nn/layers/detail/windows.hpp>

#include <algorithm>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/detail/window.hpp>

namespace shikumi::nn::detail {

void check_window(std::string_view layer, int axes, const PerAxis& size, const PerAxis& strides,
                  const PerAxis& dilation, Padding padding) {
    shikumi::detail::per_axis(layer, "the window's size", size, axes);
    const auto steps = shikumi::detail::per_axis(layer, "strides", strides, axes);
    const auto gaps = shikumi::detail::per_axis(layer, "dilation", dilation, axes);
    const auto above_one = [](Index n) { return n > 1; };
    if (std::ranges::any_of(steps, above_one) && std::ranges::any_of(gaps, above_one))
        fail<ValueError>(layer, "strides above 1 don't go together with dilation above 1");
    if (padding == Padding::causal && axes > 1)
        fail<ValueError>(layer, "causal padding is for one axis, not ", axes);
}

void check_images(std::string_view layer, int axes, const Shape& input) {
    constexpr std::string_view names[] = {"steps, ", "rows, columns, ", "planes, rows, columns, "};
    if (input.rank() != axes + 2)
        fail<ShapeError>(layer, "takes (batch, ", names[axes - 1], "channels), got ", input);
}

Shape kernel_shape(int axes, const PerAxis& size, Index in, Index out) {
    std::vector<Index> sizes = shikumi::detail::per_axis("kernel", "its size", size, axes);
    sizes.push_back(in);
    sizes.push_back(out);
    return Shape(sizes);
}

std::string times(const PerAxis& numbers, int axes) {
    std::string text;
    const auto& list = numbers.list();
    for (int i = 0; i < axes; ++i) {
        const std::size_t at = list.size() == 1 ? 0 : static_cast<std::size_t>(i);
        text += (i > 0 ? "×" : "") + std::to_string(list[at]);
    }
    return text;
}

std::string manner(int axes, const PerAxis& strides, const PerAxis& dilation, Padding padding) {
    std::string text;
    const auto note = [&](std::string_view what, const PerAxis& numbers) {
        if (std::ranges::any_of(numbers.list(), [](Index n) { return n != 1; }))
            text += sentence(", ", what, " ", times(numbers, axes));
    };
    note("strides", strides);
    note("dilation", dilation);
    if (padding != Padding::valid) text += padding == Padding::same ? ", same" : ", causal";
    return text;
}

}  // namespace shikumi::nn::detail
