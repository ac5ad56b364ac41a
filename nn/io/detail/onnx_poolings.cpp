// Pooling.
#include <algorithm>
#include <limits>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/io/detail/onnx_operators.hpp>
#include <shikumi/nn/io/detail/onnx_place.hpp>
#include <shikumi/nn/io/detail/onnx_windows.hpp>
#include <shikumi/nn/layers/pooling/global_pooling.hpp>
#include <shikumi/nn/layers/pooling/pooling.hpp>

namespace shikumi::nn::detail {

namespace {

using Outputs = std::vector<Tensor>;
using Call = OnnxCall;
using Widths = std::vector<std::pair<Index, Index>>;

OnnxWindow pooling_window(const Call& call) {
    const std::vector<Index> size = call.integers("kernel_shape");
    return onnx_window(call, call[0].shape(), size, call.flag("ceil_mode"));
}

// Batch and channels get none. With `beyond`, what a last window reaches beyond the padding.
Widths widths_around(const OnnxWindow& window, const Shape& x, bool beyond) {
    Widths widths{{0, 0}};
    for (std::size_t i = 0; i < window.size.size(); ++i) {
        const auto [before, after] = window.pads[i];
        const Index n = x[static_cast<int>(i) + 2];
        const Index needed = (window.outputs[i] - 1) * window.strides[i] + window.extent(i);
        const Index missing = std::max(needed - (n + before + after), Index{0});
        widths.emplace_back(beyond ? 0 : before, beyond ? missing : after);
    }
    widths.emplace_back(0, 0);
    return widths;
}

using Pool = Tensor (*)(const Tensor&, const PerAxis&, const PoolOptions&);
using Reduce = Tensor (*)(const Tensor&, const Axes&, Boolean);

// Over padded x, (batch, axes…, channels). Dilated windows are unfolded first.
Tensor pooled(const OnnxWindow& window, const Tensor& x, Pool pool, Reduce reduce) {
    if (!window.is_dilated())
        return pool(x, PerAxis(window.size), {.strides = PerAxis(window.strides)});
    const Tensor rows = unfold(x, PerAxis(window.size), {.dilation = PerAxis(window.dilations)});
    Shape::Sizes sizes;
    for (int i = 0; i + 1 < rows.rank(); ++i) sizes.push_back(rows.shape()[i]);
    sizes.push_back(rows.shape().back() / x.shape().back());
    sizes.push_back(x.shape().back());
    Tensor y = reduce(reshape(rows, Shape(sizes)), -2, false);
    for (std::size_t i = 0; i < window.size.size(); ++i)
        y = slice(y, static_cast<int>(i) + 1, Slice{.step = window.strides[i]});
    return y;
}

Tensor largest(const Tensor& x, const Axes& axes, Boolean keepdims) {
    return (max)(x, axes, keepdims);
}
Tensor average(const Tensor& x, const Axes& axes, Boolean keepdims) {
    return mean(x, axes, keepdims);
}

Outputs max_pool_of(const Call& call) {
    call.want("storage_order", Index{0});
    if (call.wants(1)) call.refuse("that gives the places of the largest, too, can't be done");
    const OnnxWindow window = pooling_window(call);
    const Tensor& x = call[0];
    const DType dtype = x.dtype();
    // Integers are small ones: those of pictures.
    const Tensor real = is_floating(dtype) ? x : x.cast(f32);
    const double least = -std::numeric_limits<double>::infinity();
    Tensor y = transpose(real, channels_last(x.rank()));
    y = pad(y, widths_around(window, x.shape(), false), least);
    y = pad(y, widths_around(window, x.shape(), true), least);
    y = pooled(window, y, max_pool, largest);
    return {transpose(y, channels_first(x.rank())).cast(dtype)};
}

// The mean of the padded elements, divided by the share of those that count.
Outputs average_pool_of(const Call& call) {
    const bool padding_counts = call.flag("count_include_pad");
    const OnnxWindow window = pooling_window(call);
    const Tensor& x = call[0];
    const Widths within = widths_around(window, x.shape(), false);
    const Widths beyond = widths_around(window, x.shape(), true);
    const Tensor last = transpose(x, channels_last(x.rank()));
    Shape::Sizes sizes;
    for (const Index size : last.shape().sizes()) sizes.push_back(size);
    sizes[0] = 1;
    sizes[x.rank() - 1] = 1;
    const Tensor counted =
        pad(pad(ones(Shape(sizes), x.dtype()), within, padding_counts ? 1 : 0), beyond);
    const Tensor all = pooled(window, pad(pad(last, within), beyond), average_pool, average);
    const Tensor share = pooled(window, counted, average_pool, average);
    return {transpose(all / share, channels_first(x.rank()))};
}

Axes behind_channels(const Tensor& x) {
    std::vector<int> axes;
    for (int i = 2; i < x.rank(); ++i) axes.push_back(i);
    return Axes(axes);
}
Outputs global_average(const Call& call) { return {mean(call[0], behind_channels(call[0]), true)}; }
Outputs global_max(const Call& call) { return {(max)(call[0], behind_channels(call[0]), true)}; }

// ---- layers -------------------------------------------------------------------------------------

bool is_picture(const OnnxPlace& place) {
    return place.one_real_symbol() && place.batch_axis(0) == 0 &&
           place.input(0).shape.rank() >= 3 && place.input(0).shape.rank() <= 5;
}

template <class One, class Two, class Three>
SymbolicTensor pooling(int axes, const SymbolicTensor& x, const PerAxis& size,
                       const PoolingOptions& options) {
    return axes == 1   ? x | One(size, options)
           : axes == 2 ? x | Two(size, options)
                       : x | Three(size, options);
}

template <class One, class Two, class Three>
bool pooling_layer(OnnxPlace& place) {
    if (!is_picture(place) || place.call().wants(1)) return false;
    const Shape in = place.input(0).shape;
    const OnnxWindow window = pooling_window(place.call());
    if (window.is_dilated()) return false;
    const bool same = !window.is_valid() && window.is_same(in);
    if (!same && !window.is_valid()) return false;
    if (same && place.call().flag("count_include_pad")) return false;
    for (const auto& [before, after] : widths_around(window, in, true))
        if (after > 0) return false;
    const std::vector<int> order = channels_last_order(in.rank());
    place.give(
        0,
        pooling<One, Two, Three>(
            window.axes(), place.ordered(0, order), PerAxis(window.size),
            {.strides = PerAxis(window.strides), .padding = same ? Padding::same : Padding::valid}),
        order);
    return true;
}

template <class One, class Two, class Three>
bool global_layer(OnnxPlace& place) {
    if (!is_picture(place)) return false;
    const int rank = place.input(0).shape.rank();
    const std::vector<int> order = channels_last_order(rank);
    const SymbolicTensor x = place.ordered(0, order);
    const GlobalPoolingOptions options{.keepdims = true};
    place.give(0,
               rank == 3   ? x | One(options)
               : rank == 4 ? x | Two(options)
                           : x | Three(options),
               order);
    return true;
}

constexpr OnnxOperator pooling_operators[] = {
    {"MaxPool", 1, 21, max_pool_of, pooling_layer<MaxPooling1D, MaxPooling2D, MaxPooling3D>},
    {"AveragePool", 7, 21, average_pool_of,
     pooling_layer<AveragePooling1D, AveragePooling2D, AveragePooling3D>},
    {"GlobalAveragePool", 1, 21, global_average,
     global_layer<GlobalAveragePooling1D, GlobalAveragePooling2D, GlobalAveragePooling3D>},
    {"GlobalMaxPool", 1, 21, global_max,
     global_layer<GlobalMaxPooling1D, GlobalMaxPooling2D, GlobalMaxPooling3D>},
};

}  // namespace

std::span<const OnnxOperator> onnx_poolings() { return pooling_operators; }

}  // namespace shikumi::nn::detail
