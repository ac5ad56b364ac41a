// Convolution: an operation linear in x and in the kernel, and its two adjoints, which are linear
// in theirs. Each one's adjoints are the other two.
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/kernels/convolution.hpp>
#include <shikumi/autograd/kernels/unfold.hpp>
#include <shikumi/autograd/ops/detail/attributes.hpp>
#include <shikumi/autograd/ops/detail/dtype_checks.hpp>
#include <shikumi/autograd/ops/detail/window.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi {

namespace {

using kernels::Window;

struct Windowed : Multilinear, detail::UnderWindow {
    Windowed(const Window& w, Index g) : UnderWindow{w, g} {}
    bool operator==(const Windowed&) const = default;

    // All taps at all positions, including those in the padding.
    static double products(const Shape& outputs, const Shape& kernel) noexcept {
        return 2.0 * static_cast<double>(outputs.size()) *
               static_cast<double>(kernel.size() / kernel.back());
    }
};

// (window…, in / groups, out)
void want_kernel(std::string_view op, const Shape& x, const Shape& kernel, Index in, Index groups) {
    if (kernel.rank() != x.rank())
        fail<ShapeError>(op, "a kernel for ", x, " has ", x.rank() - 2,
                         " axes of the window, then (in, out); got ", kernel);
    if (kernel.size() == 0) fail<ShapeError>(op, "the kernel ", kernel, " is empty");
    if (groups < 1) fail<ValueError>(op, "the number of groups must be at least 1, got ", groups);
    if (in % groups != 0 || kernel.back() % groups != 0)
        fail<ShapeError>(op, groups, " groups don't divide the ", in, " channels of ", x, " into ",
                         kernel.back());
    if (kernel[kernel.rank() - 2] * groups != in)
        fail<ShapeError>(op, "the kernel ", kernel, " with ", groups,
                         groups == 1 ? " group" : " groups", " takes ",
                         kernel[kernel.rank() - 2] * groups, " channels, got ", in, " in ", x);
}

PerAxis window_size(const Shape& kernel) {
    std::vector<Index> sizes;
    for (int i = 0; i < kernel.rank() - 2; ++i) sizes.push_back(kernel[i]);
    return PerAxis(std::move(sizes));
}

DType real_dtype(std::string_view op, Specs in) {
    common_dtype(op, in);
    detail::want_floating(op, in[0]);
    return in[0].dtype;
}

// y[p, o] = Σ x[p·stride + t·dilation - before, i] w[t, i, o] over taps t and the group's channels
// i
struct Convolution final : Windowed {
    using Windowed::Windowed;
    bool operator==(const Convolution&) const = default;
    std::string_view name() const noexcept override { return "convolution"; }
    Spec infer(Specs in) const override {
        return {detail::output_shape(window, in[0].shape, in[1].shape.back()),
                real_dtype(name(), in)};
    }
    void eval(ConstViews in, View out) const override {
        kernels::convolve(window, groups, in[0], in[1], out);
    }
    double flops(Specs in, const Spec& out) const noexcept override {
        return products(out.shape, in[1].shape);
    }
    Tensor adjoint(int i, Tensors in, const Tensor& g) const override;
    Tensor batched(const MappedInputs& in) const override {
        return in.mapped(1) ? Tensor()
                            : in.parted(record(Convolution(window, groups), in.joined(0), in[1]));
    }
};

// x[q, i] = Σ y[p, o] w[t, i, o] over the positions p and taps t that lie on q
struct ConvolutionByInput final : Windowed {
    ConvolutionByInput(const Window& w, Index g, const Shape& s) : Windowed(w, g), shape(s) {}
    bool operator==(const ConvolutionByInput&) const = default;
    std::string_view name() const noexcept override { return "convolution_transpose"; }
    Spec infer(Specs in) const override { return {shape, real_dtype(name(), in)}; }
    void eval(ConstViews in, View out) const override {
        kernels::convolve_back(window, groups, in[0], in[1], out);
    }
    double flops(Specs in, const Spec&) const noexcept override {
        return products(in[0].shape, in[1].shape);
    }
    Tensor adjoint(int i, Tensors in, const Tensor& g) const override;
    Tensor batched(const MappedInputs& in) const override {
        if (in.mapped(1)) return {};
        const Shape all = shape.with_front(in.size() * shape.front());
        return in.parted(record(ConvolutionByInput(window, groups, all), in.joined(0), in[1]));
    }

    Shape shape;
};

// w[t, i, o] = Σ x[q, i] y[p, o] over the positions p, q being the pixel under tap t there
struct ConvolutionByKernel final : Windowed {
    ConvolutionByKernel(const Window& w, Index g, const Shape& s) : Windowed(w, g), shape(s) {}
    bool operator==(const ConvolutionByKernel&) const = default;
    std::string_view name() const noexcept override { return "convolution_by_kernel"; }
    Spec infer(Specs in) const override { return {shape, real_dtype(name(), in)}; }
    void eval(ConstViews in, View out) const override {
        kernels::correlate(window, groups, in[0], in[1], out);
    }
    double flops(Specs in, const Spec& out) const noexcept override {
        return products(in[1].shape, out.shape);
    }
    Tensor adjoint(int i, Tensors in, const Tensor& g) const override {
        return i == 0 ? record(ConvolutionByInput(window, groups, in[0].shape()), in[1], g)
                      : record(Convolution(window, groups), in[0], g);
    }

    Shape shape;
};

Tensor Convolution::adjoint(int i, Tensors in, const Tensor& g) const {
    return i == 0 ? record(ConvolutionByInput(window, groups, in[0].shape()), g, in[1])
                  : record(ConvolutionByKernel(window, groups, in[1].shape()), in[0], g);
}

Tensor ConvolutionByInput::adjoint(int i, Tensors in, const Tensor& g) const {
    return i == 0 ? record(Convolution(window, groups), g, in[1])
                  : record(ConvolutionByKernel(window, groups, in[1].shape()), g, in[0]);
}

// A kernel of one element, without padding: each pixel's product with one matrix.
Tensor pixelwise(const Tensor& x, const Tensor& kernel, const Window& w) {
    std::vector<Slice> strided(static_cast<std::size_t>(x.rank() - 1));
    for (std::size_t i = 1; i < strided.size(); ++i)
        strided[i].step = w.stride[i + 3 - strided.size()];
    const Shape& k = kernel.shape();
    return matmul(slice(x, strided), reshape(kernel, {k[k.rank() - 2], k.back()}));
}

// The elements under the window at each position as a row; each element gets the sum of g at its
// copies
struct Unfold final : Multilinear {
    explicit Unfold(const Window& w) : window(w) {}
    bool operator==(const Unfold&) const = default;
    std::string_view name() const noexcept override { return "unfold"; }
    Spec infer(Specs in) const override {
        detail::want_floating(name(), in[0]);
        const Shape& x = in[0].shape;
        return {detail::output_shape(window, x, window.taps() * x.back()), in[0].dtype};
    }
    void eval(ConstViews in, View out) const override { kernels::unfold(window, in[0], out); }
    Tensor adjoint(int i, Tensors in, const Tensor& g) const override;
    Tensor batched(const MappedInputs& in) const override {
        return in.parted(record(Unfold(window), in.joined(0)));
    }

    Window window;
};

// Rows added up at the pixels from which they were copied; g unfolded
struct Fold final : Multilinear {
    Fold(const Window& w, const Shape& s) : window(w), shape(s) {}
    bool operator==(const Fold&) const = default;
    std::string_view name() const noexcept override { return "fold"; }
    Spec infer(Specs in) const override { return {shape, in[0].dtype}; }
    void eval(ConstViews in, View out) const override { kernels::fold(window, in[0], out); }
    Tensor adjoint(int, Tensors, const Tensor& g) const override {
        return record(Unfold(window), g);
    }
    Tensor batched(const MappedInputs& in) const override {
        const Shape all = shape.with_front(in.size() * shape.front());
        return in.parted(record(Fold(window, all), in.joined(0)));
    }

    Window window;
    Shape shape;
};

Tensor Unfold::adjoint(int, Tensors in, const Tensor& g) const {
    return record(Fold(window, in[0].shape()), g);
}

// Keras's output size of a transposed convolution of an axis of n elements.
Index transposed_size(Index n, Index extent, Index stride, Padding rule) {
    return n * stride + (rule == Padding::valid ? std::max<Index>(0, extent - stride) : 0);
}

}  // namespace

Tensor convolution(const Tensor& x, const Tensor& kernel, const ConvolutionOptions& options) {
    constexpr std::string_view op = "convolution";
    const Shape &shape = x.shape(), &k = kernel.shape();
    if (shape.rank() < 3) fail<ShapeError>(op, "takes (batch, axes…, channels), got ", shape);
    want_kernel(op, shape, k, shape.back(), options.groups);
    const Window w = detail::window_over(op, shape, window_size(k), options.strides,
                                         options.dilation, options.padding);
    const bool padded = w.before != Window().before || w.after != Window().after;
    if (w.taps() == 1 && !padded && options.groups == 1 && is_floating(x.dtype()) &&
        kernel.dtype() == x.dtype())
        return pixelwise(x, kernel, w);
    // A depthwise kernel that makes several channels of each takes as many copies of it.
    const Index copies = k.back() / options.groups;
    if (options.groups == shape.back() && options.groups > 1 && copies > 1)
        return record(Convolution(w, k.back()), repeat(x, copies, -1), kernel);
    return record(Convolution(w, options.groups), x, kernel);
}

Tensor convolution_transpose(const Tensor& x, const Tensor& kernel,
                             const ConvolutionOptions& options, const PerAxis& sizes) {
    constexpr std::string_view op = "convolution_transpose";
    const Shape &shape = x.shape(), &k = kernel.shape();
    if (shape.rank() < 3) fail<ShapeError>(op, "takes (batch, axes…, channels), got ", shape);
    if (!options.padding.widths().empty() && !sizes.given())
        fail<ValueError>(op, "explicit padding wants the sizes of the result, too");
    if (k.rank() != shape.rank() || k.back() != shape.back())
        fail<ShapeError>(op, "a kernel for ", shape, " has ", shape.rank() - 2,
                         " axes of the window, then (out, in); got ", k);
    if (options.groups < 1 || k.back() % options.groups != 0)
        fail<ShapeError>(op, options.groups, " groups don't divide ", k.back(), " channels");
    const Index channels = k[k.rank() - 2] * options.groups;
    want_kernel(op, shape, k, channels, options.groups);

    const int axes = shape.rank() - 2;
    const auto strides = detail::per_axis(op, "strides", options.strides, axes);
    const auto dilation = detail::per_axis(op, "dilation", options.dilation, axes);
    Shape::Sizes wanted = shape.sizes();
    wanted[axes + 1] = channels;
    for (int i = 0; i < axes; ++i) {
        const auto axis = static_cast<std::size_t>(i);
        wanted[i + 1] = sizes.given()
                            ? detail::per_axis(op, "sizes", sizes, axes)[axis]
                            : transposed_size(shape[i + 1], (k[i] - 1) * dilation[axis] + 1,
                                              strides[axis], options.padding.rule());
    }
    const Shape out(wanted);
    const Window w = detail::window_over(op, out, window_size(k), options.strides, options.dilation,
                                         options.padding);
    if (detail::output_shape(w, out, shape.back()) != shape)
        fail<ShapeError>(op, "no convolution makes ", shape, " of ", out, ", only ",
                         detail::output_shape(w, out, shape.back()));
    return record(ConvolutionByInput(w, options.groups, out), x, kernel);
}

Tensor unfold(const Tensor& x, const PerAxis& size, const ConvolutionOptions& options) {
    return record(Unfold(detail::window_over("unfold", x.shape(), size, options.strides,
                                             options.dilation, options.padding)),
                  x);
}

}  // namespace shikumi
