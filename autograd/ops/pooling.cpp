// Pooling: the largest or the mean of each window.
#include <algorithm>
#include <vector>

#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/kernels/pooling.hpp>
#include <shikumi/autograd/ops/detail/attributes.hpp>
#include <shikumi/autograd/ops/detail/dtype_checks.hpp>
#include <shikumi/autograd/ops/detail/window.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi {

namespace {

using kernels::Window;

// out = t (input 1) where x (input 0) has the first largest element of each window; g there
struct MaxPoolTangent final : General {
    explicit MaxPoolTangent(const Window& w) : window(w) {}
    bool operator==(const MaxPoolTangent&) const = default;
    std::string_view name() const noexcept override { return "max_pool_tangent"; }
    Spec infer(Specs in) const override {
        const Shape& x = in[0].shape;
        return {detail::output_shape(window, x, x.back()), in[1].dtype};
    }
    void eval(ConstViews in, View out) const override {
        kernels::max_pool_tangent(window, in[0], in[1], out);
    }
    Tensor vjp(int i, Tensors in, const Tensor&, const Tensor& g) const override;
    Tensor batched(const MappedInputs& in) const override {
        return in.parted(record(MaxPoolTangent(window), in.joined(0), in.joined(1)));
    }

    Window window;
};

// The adjoint by t: each element of input 1 is added where x (input 0) has its window's first
// largest element; g there
struct MaxPoolGradient final : General {
    explicit MaxPoolGradient(const Window& w) : window(w) {}
    bool operator==(const MaxPoolGradient&) const = default;
    std::string_view name() const noexcept override { return "max_pool_gradient"; }
    Spec infer(Specs in) const override { return {in[0].shape, in[1].dtype}; }
    void eval(ConstViews in, View out) const override {
        kernels::max_pool_gradient(window, in[0], in[1], out);
    }
    Tensor vjp(int i, Tensors in, const Tensor&, const Tensor& g) const override {
        return i == 1 ? record(MaxPoolTangent(window), in[0], g) : Tensor();
    }
    Tensor batched(const MappedInputs& in) const override {
        return in.parted(record(MaxPoolGradient(window), in.joined(0), in.joined(1)));
    }

    Window window;
};

Tensor MaxPoolTangent::vjp(int i, Tensors in, const Tensor&, const Tensor& g) const {
    return i == 1 ? record(MaxPoolGradient(window), in[0], g) : Tensor();
}

// out = the largest element of each window; g to the first such pixel
struct MaxPool final : General, detail::UnderWindow {
    explicit MaxPool(const Window& w) : UnderWindow{w} {}
    bool operator==(const MaxPool&) const = default;
    std::string_view name() const noexcept override { return "max_pool"; }
    Spec infer(Specs in) const override {
        const Shape& x = in[0].shape;
        detail::want_floating(name(), in[0]);
        return {detail::output_shape(window, x, x.back()), in[0].dtype};
    }
    void eval(ConstViews in, View out) const override { kernels::max_pool(window, in[0], out); }
    double flops(Specs, const Spec& out) const noexcept override {
        return static_cast<double>(out.size() * window.taps());
    }
    Tensor vjp(int, Tensors in, const Tensor&, const Tensor& g) const override {
        return record(MaxPoolGradient(window), in[0], g);
    }
    Tensor jvp(Tensors in, const Tensor&, Tensors tangents) const override {
        return record(MaxPoolTangent(window), in[0], tangents[0]);
    }
    Tensor batched(const MappedInputs& in) const override {
        return in.parted(record(MaxPool(window), in.joined(0)));
    }
};

// out = the mean of each window's n pixels; g / n added up at each of them
struct AveragePool final : Multilinear, detail::UnderWindow {
    explicit AveragePool(const Window& w) : UnderWindow{w} {}
    bool operator==(const AveragePool&) const = default;
    std::string_view name() const noexcept override { return "average_pool"; }
    Spec infer(Specs in) const override {
        const Shape& x = in[0].shape;
        detail::want_floating(name(), in[0]);
        return {detail::output_shape(window, x, x.back()), in[0].dtype};
    }
    void eval(ConstViews in, View out) const override { kernels::average_pool(window, in[0], out); }
    double flops(Specs, const Spec& out) const noexcept override {
        return static_cast<double>(out.size() * window.taps());
    }
    Tensor adjoint(int i, Tensors in, const Tensor& g) const override;
    Tensor batched(const MappedInputs& in) const override {
        return in.parted(record(AveragePool(window), in.joined(0)));
    }
};

// The adjoint of AveragePool; g averaged
struct AveragePoolGradient final : Multilinear {
    AveragePoolGradient(const Window& w, const Shape& s) : window(w), shape(s) {}
    bool operator==(const AveragePoolGradient&) const = default;
    std::string_view name() const noexcept override { return "average_pool_gradient"; }
    Spec infer(Specs in) const override { return {shape, in[0].dtype}; }
    void eval(ConstViews in, View out) const override {
        kernels::average_pool_gradient(window, in[0], out);
    }
    Tensor adjoint(int, Tensors, const Tensor& g) const override {
        return record(AveragePool(window), g);
    }
    Tensor batched(const MappedInputs& in) const override {
        const Shape all = shape.with_front(in.size() * shape.front());
        return in.parted(record(AveragePoolGradient(window, all), in.joined(0)));
    }

    Window window;
    Shape shape;
};

Tensor AveragePool::adjoint(int, Tensors in, const Tensor& g) const {
    return record(AveragePoolGradient(window, in[0].shape()), g);
}

// Padding must leave every window some pixels.
Window pool_window(std::string_view op, const Tensor& x, const PerAxis& size,
                   const PoolOptions& options) {
    const PerAxis& strides = options.strides.given() ? options.strides : size;
    const Window w = detail::window_over(op, x.shape(), size, strides, 1, options.padding);
    for (unsigned i = 0; i < 3; ++i) {
        if (w.before[i] >= w.size[i] || w.after[i] >= w.size[i])
            fail<ValueError>(op, "padding of ", w.before[i], " and ", w.after[i],
                             " leaves a window of ", w.size[i], " nothing to look at");
    }
    return w;
}

// The windows of adaptive pooling along an axis of n elements: window i of m reaches from ⌊i n/m⌋
// up to ⌈(i+1) n/m⌉.
struct AdaptiveWindows {
    Tensor pixels;  // (m, pixels of the largest window); smaller ones repeat their last pixel
    Tensor inside;  // (m, pixels of the largest window); false for repeated pixels
    Tensor counts;  // (m, 1); of pixels
};

AdaptiveWindows adaptive_windows(Index n, Index m, DType dtype) {
    const auto first = [&](Index i) { return i * n / m; };
    const auto end = [&](Index i) { return ((i + 1) * n + m - 1) / m; };
    Index most = 0;
    for (Index i = 0; i < m; ++i) most = std::max(most, end(i) - first(i));
    std::vector<Index> pixels;
    std::vector<std::uint8_t> inside;
    std::vector<double> counts;
    for (Index i = 0; i < m; ++i) {
        const Index count = end(i) - first(i);
        for (Index k = 0; k < most; ++k) {
            pixels.push_back(first(i) + std::min(k, count - 1));
            inside.push_back(k < count);
        }
        counts.push_back(static_cast<double>(count));
    }
    return {tensor(pixels, {m, most}), tensor(inside, {m, most}).cast(bool_),
            tensor(counts, {m, 1}).cast(dtype)};
}

// Windows of one size where the output sizes divide every axis, else axis by axis.
template <class Pool, class Reduce>
Tensor adaptive(std::string_view op, const Tensor& x, const PerAxis& output_sizes, Pool&& pool,
                Reduce&& reduce) {
    if (x.rank() < 3 || x.rank() > 5)
        fail<ShapeError>(op, "takes (batch, one to three axes, channels), got ", x.spec());
    detail::want_floating(op, x.spec());
    const auto wanted = detail::per_axis(op, "the output sizes", output_sizes, x.rank() - 2);
    std::vector<Index> window;
    for (int axis = 1; axis < x.rank() - 1; ++axis) {
        const Index n = x.shape()[axis], count = wanted[static_cast<std::size_t>(axis - 1)];
        if (n == 0) fail<ShapeError>(op, "axis ", axis, " of ", x.shape(), " is empty");
        if (n % count == 0) window.push_back(n / count);
    }
    if (window.size() == wanted.size()) return pool(x, PerAxis(window));
    Tensor y = x;
    for (int axis = 1; axis < x.rank() - 1; ++axis) {
        const AdaptiveWindows windows = adaptive_windows(
            x.shape()[axis], wanted[static_cast<std::size_t>(axis - 1)], x.dtype());
        y = reduce(take(y, windows.pixels, axis), windows, axis + 1);
    }
    return y;
}

}  // namespace

Tensor max_pool(const Tensor& x, const PerAxis& size, const PoolOptions& options) {
    return record(MaxPool(pool_window("max_pool", x, size, options)), x);
}

Tensor average_pool(const Tensor& x, const PerAxis& size, const PoolOptions& options) {
    return record(AveragePool(pool_window("average_pool", x, size, options)), x);
}

Tensor adaptive_max_pool(const Tensor& x, const PerAxis& output_sizes) {
    return adaptive(
        "adaptive_max_pool", x, output_sizes,
        [](const Tensor& t, const PerAxis& window) { return max_pool(t, window); },
        [](const Tensor& pixels, const AdaptiveWindows&, int axis) { return max(pixels, axis); });
}

Tensor adaptive_average_pool(const Tensor& x, const PerAxis& output_sizes) {
    return adaptive(
        "adaptive_average_pool", x, output_sizes,
        [](const Tensor& t, const PerAxis& window) { return average_pool(t, window); },
        [](const Tensor& pixels, const AdaptiveWindows& windows, int axis) {
            const auto beside = [&](const Tensor& x) {
                Shape::Sizes sizes = x.shape().sizes();
                for (int i = axis + 1; i < pixels.rank(); ++i) sizes.push_back(1);
                return reshape(x, Shape(sizes));
            };
            const Tensor total = sum(where(beside(windows.inside), pixels, 0), axis, true);
            return squeeze(total / beside(windows.counts), axis);
        });
}

}  // namespace shikumi
