#include <shikumi/nn/io/detail/onnx_windows.hpp>

#include <algorithm>
#include <numeric>

namespace shikumi::nn::detail {

namespace {

constexpr Index largest = Index{1} << 30;

std::vector<Index> per_axis(const OnnxCall& call, std::string_view name, std::size_t axes,
                            Index absent) {
    std::vector<Index> numbers = call.integers(name);
    if (numbers.empty()) numbers.assign(axes, absent);
    if (numbers.size() != axes)
        call.refuse("has ", numbers.size(), " ", name, " for ", axes, " axes");
    for (const Index n : numbers)
        if (n < 0 || n > largest) call.refuse("has ", name, " of ", n);
    return numbers;
}

void take_pads(const OnnxCall& call, OnnxWindow& window) {
    const std::vector<Index> pads = per_axis(call, "pads", 2 * window.size.size(), 0);
    for (std::size_t i = 0; i < window.size.size(); ++i)
        window.pads.emplace_back(pads[i], pads[i + window.size.size()]);
}

}  // namespace

bool OnnxWindow::is_valid() const {
    return std::ranges::all_of(pads, [](const auto& p) { return p == std::pair<Index, Index>(); });
}

bool OnnxWindow::is_same(const Shape& x) const {
    for (std::size_t i = 0; i < size.size(); ++i) {
        const Index n = x[static_cast<int>(i) + 2], out = (n + strides[i] - 1) / strides[i];
        const Index all = std::max((out - 1) * strides[i] + extent(i) - n, Index{0});
        if (pads[i] != std::pair(all / 2, all - all / 2) || outputs[i] != out) return false;
    }
    return true;
}

bool OnnxWindow::is_dilated() const {
    return std::ranges::any_of(dilations, [](Index d) { return d != 1; });
}

OnnxWindow onnx_window(const OnnxCall& call, const Shape& x, std::vector<Index> size,
                       bool ceil_mode) {
    OnnxWindow window;
    const std::size_t axes = size.size();
    if (axes == 0 || static_cast<int>(axes) != x.rank() - 2)
        call.refuse("has a window of ", axes, " axes over ", x);
    window.size = std::move(size);
    window.strides = per_axis(call, "strides", axes, 1);
    window.dilations = per_axis(call, "dilations", axes, 1);
    for (std::size_t i = 0; i < axes; ++i)
        if (window.size[i] < 1 || window.size[i] > largest || window.strides[i] < 1 ||
            window.dilations[i] < 1)
            call.refuse("has a window whose size, stride or dilation is 0");
    const std::string rule = call.text("auto_pad", "NOTSET");
    const bool same = rule == "SAME_UPPER" || rule == "SAME_LOWER";
    if (rule == "NOTSET") {
        take_pads(call, window);
    } else {
        if (!same) call.want("auto_pad", "VALID");
        call.integers("pads");
        window.pads.assign(axes, {0, 0});
    }
    for (std::size_t i = 0; i < axes; ++i) {
        const Index n = x[static_cast<int>(i) + 2], s = window.strides[i];
        auto& [before, after] = window.pads[i];
        if (same) {
            const Index out = (n + s - 1) / s;
            const Index all = std::max((out - 1) * s + window.extent(i) - n, Index{0});
            before = rule == "SAME_LOWER" ? all - all / 2 : all / 2;
            after = all - before;
        }
        const Index room = n + before + after - window.extent(i);
        if (room < 0)
            call.refuse("has a window of ", window.extent(i), " that doesn't fit into ", x);
        Index out = room / s + 1;
        // A window that would begin behind the elements and their padding in front is dropped.
        if (ceil_mode && room % s != 0 && out * s < n + before) ++out;
        window.outputs.push_back(out);
    }
    return window;
}

OnnxWindow onnx_transposed_window(const OnnxCall& call, std::vector<Index> size) {
    OnnxWindow window;
    window.size = std::move(size);
    window.strides = per_axis(call, "strides", window.size.size(), 1);
    window.dilations = per_axis(call, "dilations", window.size.size(), 1);
    for (std::size_t i = 0; i < window.size.size(); ++i)
        if (window.size[i] < 1 || window.strides[i] < 1 || window.dilations[i] < 1)
            call.refuse("has a window whose size, stride or dilation is 0");
    take_pads(call, window);
    return window;
}

std::vector<int> channels_last(int rank) {
    std::vector<int> axes(static_cast<std::size_t>(rank));
    std::iota(axes.begin(), axes.end(), 0);
    std::rotate(axes.begin() + 1, axes.begin() + 2, axes.end());
    return axes;
}

std::vector<int> channels_first(int rank) {
    std::vector<int> axes(static_cast<std::size_t>(rank));
    std::iota(axes.begin(), axes.end(), 0);
    std::rotate(axes.begin() + 1, axes.end() - 1, axes.end());
    return axes;
}

std::vector<int> channels_last_order(int rank) { return channels_first(rank); }

}  // namespace shikumi::nn::detail
