// Convolutions.
#include <algorithm>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/io/detail/onnx_operators.hpp>
#include <shikumi/nn/io/detail/onnx_place.hpp>
#include <shikumi/nn/io/detail/onnx_windows.hpp>
#include <shikumi/nn/layers/convolution/convolution.hpp>
#include <shikumi/nn/layers/convolution/depthwise_convolution.hpp>
#include <shikumi/nn/layers/reshaping/zero_padding.hpp>

namespace shikumi::nn::detail {

namespace {

using Outputs = std::vector<Tensor>;
using Call = OnnxCall;

// (out, in / groups, window…) becomes (window…, in / groups, out).
Tensor our_kernel(const Tensor& kernel) {
    std::vector<int> axes;
    for (int i = 2; i < kernel.rank(); ++i) axes.push_back(i);
    axes.push_back(1);
    axes.push_back(0);
    return transpose(kernel, axes);
}

std::vector<Index> kernel_size(const Call& call) {
    const Shape& kernel = call[1].shape();
    if (kernel.rank() < 3 || kernel.rank() != call[0].rank())
        call.refuse("has a kernel ", call[1].spec(), " for ", call[0].spec());
    std::vector<Index> size;
    for (int i = 2; i < kernel.rank(); ++i) size.push_back(kernel[i]);
    const std::vector<Index> said = call.integers("kernel_shape");
    if (!said.empty() && said != size) call.refuse("has another kernel_shape than its kernel has");
    return size;
}

Tensor with_bias(const Call& call, const Tensor& y) { return call.has(2) ? y + call[2] : y; }

Outputs convolve(const Call& call) {
    const OnnxWindow window = onnx_window(call, call[0].shape(), kernel_size(call));
    const int rank = call[0].rank();
    const Tensor x = transpose(call[0], channels_last(rank));
    const ConvolutionOptions options{.strides = PerAxis(window.strides),
                                     .dilation = PerAxis(window.dilations),
                                     .padding = window.pads,
                                     .groups = call.integer("group", 1)};
    const Tensor y = convolution(x, our_kernel(call[1]), options);
    return {transpose(with_bias(call, y), channels_first(rank))};
}

// ---- transposed ---------------------------------------------------------------------------------

struct Target {
    std::vector<Index> sizes;                         // that the whole adjoint has
    std::vector<std::pair<Index, Index>> crop, grow;  // what is cut off, or added as zeros
};

Target transposed_target(const Call& call, const OnnxWindow& window) {
    const std::string rule = call.text("auto_pad", "NOTSET");
    if (rule != "NOTSET" && rule != "SAME_UPPER" && rule != "SAME_LOWER")
        call.want("auto_pad", "VALID");
    const std::vector<Index> shape = call.integers("output_shape");
    std::vector<Index> extra = call.integers("output_padding");
    if (extra.empty()) extra.assign(window.size.size(), 0);
    if (extra.size() != window.size.size() ||
        (!shape.empty() && shape.size() != window.size.size()))
        call.refuse("has output_padding or output_shape for another number of axes");
    Target target;
    for (std::size_t i = 0; i < window.size.size(); ++i) {
        const Index n = call[0].shape()[static_cast<int>(i) + 2], s = window.strides[i];
        const Index whole = (n - 1) * s + window.extent(i);
        auto [before, after] = window.pads[i];
        if (rule == "VALID") before = after = 0;
        after -= extra[i];
        if (!shape.empty() || rule.starts_with("SAME")) {
            const Index wanted = shape.empty() ? n * s : shape[i];
            const Index all = whole - wanted;
            before = rule == "SAME_UPPER" ? all / 2 : all - all / 2;
            if (all < 0) before = 0;
            after = all - before;
        }
        if (before + after >= whole) call.refuse("crops away the whole output");
        target.sizes.push_back(whole);
        target.crop.emplace_back(std::max(before, Index{0}), std::max(after, Index{0}));
        target.grow.emplace_back(std::max(-before, Index{0}), std::max(-after, Index{0}));
    }
    return target;
}

Outputs convolve_transposed(const Call& call) {
    const OnnxWindow window = onnx_transposed_window(call, kernel_size(call));
    const Target target = transposed_target(call, window);
    const int rank = call[0].rank();
    const Tensor x = transpose(call[0], channels_last(rank));
    const ConvolutionOptions options{.strides = PerAxis(window.strides),
                                     .dilation = PerAxis(window.dilations),
                                     .groups = call.integer("group", 1)};
    Tensor y = convolution_transpose(x, our_kernel(call[1]), options, PerAxis(target.sizes));
    std::vector<Slice> kept{{}};
    std::vector<std::pair<Index, Index>> grown{{0, 0}};
    for (std::size_t i = 0; i < target.sizes.size(); ++i) {
        kept.push_back(Slice{target.crop[i].first, target.sizes[i] - target.crop[i].second});
        grown.push_back(target.grow[i]);
    }
    grown.emplace_back(0, 0);
    y = pad(slice(y, kept), grown);
    return {transpose(with_bias(call, y), channels_first(rank))};
}

// ---- layers -------------------------------------------------------------------------------------

SymbolicTensor padded(const SymbolicTensor& x, const std::vector<std::pair<Index, Index>>& pads) {
    switch (pads.size()) {
        case 1:
            return x | ZeroPadding1D(pads[0]);
        case 2:
            return x | ZeroPadding2D(Borders{pads[0], pads[1]});
        default:
            return x | ZeroPadding3D(Borders{pads[0], pads[1], pads[2]});
    }
}

std::shared_ptr<Layer> convolution_layer(int axes, Index filters, const PerAxis& size,
                                         const ConvOptions& options) {
    if (axes == 1) return std::make_shared<Conv1D>(filters, size, options);
    if (axes == 2) return std::make_shared<Conv2D>(filters, size, options);
    return std::make_shared<Conv3D>(filters, size, options);
}

template <class L>
SharedLayer as_shared(const std::shared_ptr<Layer>& layer) {
    return SharedLayer(std::static_pointer_cast<L>(layer));
}
SharedLayer shared_convolution(int axes, const std::shared_ptr<Layer>& layer) {
    return axes == 1   ? as_shared<Conv1D>(layer)
           : axes == 2 ? as_shared<Conv2D>(layer)
                       : as_shared<Conv3D>(layer);
}

// Each channel by itself: (channels · m, 1, window…) becomes (window…, channels, m).
bool depthwise(OnnxPlace& place, const SymbolicTensor& x, const OnnxWindow& window, Padding padding,
               const std::vector<int>& order) {
    const Tensor kernel = place.constant(1);
    const Index channels = place.input(0).shape[1], m = kernel.shape()[0] / channels;
    const bool has_bias = place.call().has(2);
    const DepthwiseConvOptions options{.strides = PerAxis(window.strides),
                                       .padding = padding,
                                       .depth_multiplier = m,
                                       .dilation_rate = PerAxis(window.dilations),
                                       .use_bias = has_bias,
                                       .dtype = kernel.dtype()};
    std::vector<int> axes;
    for (int i = 3; i < window.axes() + 3; ++i) axes.push_back(i);
    axes.insert(axes.end(), {0, 1});
    Shape::Sizes cut;
    cut.push_back(channels);
    cut.push_back(m);
    cut.push_back(1);
    for (const Index n : window.size) cut.push_back(n);
    std::vector<int> all = axes;
    all.push_back(2);
    Tensor ours = squeeze(transpose(reshape(kernel, Shape(cut)), all), -1);
    std::vector<Tensor> weights{ours};
    if (has_bias) weights.push_back(place.constant(2));
    const PerAxis size(window.size);
    if (window.axes() == 1) {
        const auto layer = std::make_shared<DepthwiseConv1D>(size, options);
        place.give(0, connect(SharedLayer(layer), {x}), order);
        set_weights(*layer, weights);
    } else {
        const auto layer = std::make_shared<DepthwiseConv2D>(size, options);
        place.give(0, connect(SharedLayer(layer), {x}), order);
        set_weights(*layer, weights);
    }
    return true;
}

bool convolution_place(OnnxPlace& place) {
    const Call& call = place.call();
    if (!place.is_symbol(0) || !place.is_weight(1) || (call.has(2) && !place.is_constant(2)) ||
        place.batch_axis(0) != 0 || !is_floating(place.input(0).dtype))
        return false;
    const Shape in = place.input(0).shape;
    const OnnxWindow window = onnx_window(call, in, kernel_size(call));
    const bool strided = std::ranges::any_of(window.strides, [](Index s) { return s != 1; });
    if (window.axes() > 3 || (strided && window.is_dilated())) return false;
    const std::vector<int> order = channels_last_order(in.rank());
    SymbolicTensor x = place.ordered(0, order);
    const bool same = !window.is_valid() && window.is_same(in);
    if (!same && !window.is_valid()) x = padded(x, window.pads);
    const Padding padding = same ? Padding::same : Padding::valid;
    const Index groups = call.integer("group", 1);
    if (groups > 1 && groups == in[1] && window.axes() < 3)
        return depthwise(place, x, window, padding, order);
    const Tensor kernel = place.constant(1);
    const ConvOptions options{.strides = PerAxis(window.strides),
                              .padding = padding,
                              .dilation_rate = PerAxis(window.dilations),
                              .groups = groups,
                              .use_bias = call.has(2),
                              .dtype = kernel.dtype()};
    const auto layer =
        convolution_layer(window.axes(), kernel.shape()[0], PerAxis(window.size), options);
    place.give(0, connect(shared_convolution(window.axes(), layer), {x}), order);
    std::vector<Tensor> weights{our_kernel(kernel)};
    if (call.has(2)) weights.push_back(place.constant(2));
    set_weights(*layer, weights);
    return true;
}

constexpr OnnxOperator convolution_operators[] = {
    {"Conv", 1, 21, convolve, convolution_place},
    {"ConvTranspose", 1, 21, convolve_transposed},
};

}  // namespace

std::span<const OnnxOperator> onnx_convolutions() { return convolution_operators; }

}  // namespace shikumi::nn::detail
