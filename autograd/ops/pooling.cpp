// Pooling: the largest or the mean of each window.
#include <algorithm>
#include <vector>

#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/kernels/pooling.hpp>
#include <shikumi/autograd/ops/detail/window.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi {

namespace {

using kernels::Window;

// out = t (input 1) where x (input 0) has the first largest element of what each window sees; g
// there
struct PickLargest final : General {
    explicit PickLargest(const Window& w) : window(w) {}
    bool operator==(const PickLargest&) const = default;
    std::string_view name() const noexcept override { return "pick_largest"; }
    Spec infer(Specs in) const override {
        const Shape& x = in[0].shape;
        return {detail::places_shape(window, x, x.back()), in[1].dtype};
    }
    void eval(ConstViews in, View out) const override {
        kernels::pick_largest(window, in[0], in[1], out);
    }
    Tensor vjp(int i, Tensors in, const Tensor&, const Tensor& g) const override;

    Window window;
};

// That adjoint: the elements of input 1 added up where x (input 0) has them from; g there
struct PutLargest final : General {
    explicit PutLargest(const Window& w) : window(w) {}
    bool operator==(const PutLargest&) const = default;
    std::string_view name() const noexcept override { return "put_largest"; }
    Spec infer(Specs in) const override { return {in[0].shape, in[1].dtype}; }
    void eval(ConstViews in, View out) const override {
        kernels::put_largest(window, in[0], in[1], out);
    }
    Tensor vjp(int i, Tensors in, const Tensor&, const Tensor& g) const override {
        return i == 1 ? record(PickLargest(window), in[0], g) : Tensor();
    }

    Window window;
};

Tensor PickLargest::vjp(int i, Tensors in, const Tensor&, const Tensor& g) const {
    return i == 1 ? record(PutLargest(window), in[0], g) : Tensor();
}

// out = the largest element of what each window sees; g to the first such pixel
struct MaxPool final : General {
    explicit MaxPool(const Window& w) : window(w) {}
    bool operator==(const MaxPool&) const = default;
    std::string_view name() const noexcept override { return "max_pool"; }
    Spec infer(Specs in) const override {
        const Shape& x = in[0].shape;
        detail::want_real(name(), in[0].dtype);
        return {detail::places_shape(window, x, x.back()), in[0].dtype};
    }
    void eval(ConstViews in, View out) const override { kernels::largest(window, in[0], out); }
    double flops(Specs, const Spec& out) const noexcept override {
        return static_cast<double>(out.size() * window.taps());
    }
    Tensor vjp(int, Tensors in, const Tensor&, const Tensor& g) const override {
        return record(PutLargest(window), in[0], g);
    }
    Tensor jvp(Tensors in, const Tensor&, Tensors tangents) const override {
        return record(PickLargest(window), in[0], tangents[0]);
    }

    Window window;
};

// out = the mean of what each window sees; g / (how much that is) added up there
struct AveragePool final : Multilinear {
    explicit AveragePool(const Window& w) : window(w) {}
    bool operator==(const AveragePool&) const = default;
    std::string_view name() const noexcept override { return "average_pool"; }
    Spec infer(Specs in) const override {
        const Shape& x = in[0].shape;
        detail::want_real(name(), in[0].dtype);
        return {detail::places_shape(window, x, x.back()), in[0].dtype};
    }
    void eval(ConstViews in, View out) const override { kernels::average(window, in[0], out); }
    double flops(Specs, const Spec& out) const noexcept override {
        return static_cast<double>(out.size() * window.taps());
    }
    Tensor adjoint(int i, Tensors in, const Tensor& g) const override;

    Window window;
};

// That adjoint; g averaged
struct Spread final : Multilinear {
    Spread(const Window& w, const Shape& s) : window(w), shape(s) {}
    bool operator==(const Spread&) const = default;
    std::string_view name() const noexcept override { return "average_pool_adjoint"; }
    Spec infer(Specs in) const override { return {shape, in[0].dtype}; }
    void eval(ConstViews in, View out) const override { kernels::spread(window, in[0], out); }
    Tensor adjoint(int, Tensors, const Tensor& g) const override {
        return record(AveragePool(window), g);
    }

    Window window;
    Shape shape;
};

Tensor AveragePool::adjoint(int, Tensors in, const Tensor& g) const {
    return record(Spread(window, in[0].shape()), g);
}

// Padding must leave every window something to see.
Window pool_window(std::string_view op, const Tensor& x, const PerAxis& size,
                   const PoolOptions& options) {
    const Window w = detail::window_over(op, x.shape(), size, options.strides.value_or(size), 1,
                                         options.padding);
    for (unsigned i = 0; i < 3; ++i) {
        if (w.before[i] >= w.size[i] || w.after[i] >= w.size[i])
            fail<ValueError>(op, "padding of ", w.before[i], " and ", w.after[i],
                             " leaves a window of ", w.size[i], " nothing to look at");
    }
    return w;
}

// What adaptive pooling sees along an axis of n elements: place i of `places` sees those from
// ⌊i n/places⌋ up to ⌈(i+1) n/places⌉.
struct Seen {
    Tensor pixels;  // (places, most); where a place sees fewer, its last one again
    Tensor shares;  // (places, most); of the mean: nothing for those
};

Seen seen(Index n, Index places, DType dtype) {
    const auto first = [&](Index i) { return i * n / places; };
    const auto end = [&](Index i) { return ((i + 1) * n + places - 1) / places; };
    Index most = 0;
    for (Index i = 0; i < places; ++i) most = std::max(most, end(i) - first(i));
    std::vector<Index> pixels;
    std::vector<double> shares;
    for (Index i = 0; i < places; ++i) {
        const Index count = end(i) - first(i);
        for (Index k = 0; k < most; ++k) {
            pixels.push_back(first(i) + std::min(k, count - 1));
            shares.push_back(k < count ? 1 / static_cast<double>(count) : 0);
        }
    }
    return {tensor(pixels, {places, most}), tensor(shares, {places, most}).cast(dtype)};
}

// Windows of one size where the places divide every axis, else axis by axis.
template <class Pool, class Reduce>
Tensor adaptive(std::string_view op, const Tensor& x, const PerAxis& places, Pool&& pool,
                Reduce&& reduce) {
    if (x.rank() < 3 || x.rank() > 5)
        fail<ShapeError>(op, "takes (batch, one to three axes, channels), got ", x.spec());
    detail::want_real(op, x.dtype());
    const auto wanted = detail::per_axis(op, "the number of places", places, x.rank() - 2);
    std::vector<Index> window;
    for (int axis = 1; axis < x.rank() - 1; ++axis) {
        const Index n = x.shape()[axis], count = wanted[static_cast<std::size_t>(axis - 1)];
        if (n == 0) fail<ShapeError>(op, "axis ", axis, " of ", x.shape(), " is empty");
        if (n % count == 0) window.push_back(n / count);
    }
    if (window.size() == wanted.size()) return pool(x, PerAxis(window));
    Tensor y = x;
    for (int axis = 1; axis < x.rank() - 1; ++axis) {
        const Seen s = seen(x.shape()[axis], wanted[static_cast<std::size_t>(axis - 1)], x.dtype());
        y = reduce(take(y, s.pixels, axis), s.shares, axis + 1);
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

Tensor adaptive_max_pool(const Tensor& x, const PerAxis& places) {
    return adaptive(
        "adaptive_max_pool", x, places,
        [](const Tensor& t, const PerAxis& window) { return max_pool(t, window); },
        [](const Tensor& windows, const Tensor&, int axis) { return max(windows, axis); });
}

Tensor adaptive_average_pool(const Tensor& x, const PerAxis& places) {
    return adaptive(
        "adaptive_average_pool", x, places,
        [](const Tensor& t, const PerAxis& window) { return average_pool(t, window); },
        [](const Tensor& windows, const Tensor& shares, int axis) {
            Shape::Sizes beside = shares.shape().sizes();
            for (int i = axis + 1; i < windows.rank(); ++i) beside.push_back(1);
            return sum(windows * reshape(shares, Shape(beside)), axis);
        });
}

}  // namespace shikumi
