// Pooling: the largest or the mean of each window.
#include <limits>

#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/kernels/pooling.hpp>
#include <shikumi/autograd/ops/detail/window.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi {

namespace {

using kernels::Window;

// out = the pixel of each window's first largest element; a constant
struct LargestPixels final : General {
    explicit LargestPixels(const Window& w) : window(w) {}
    bool operator==(const LargestPixels&) const = default;
    std::string_view name() const noexcept override { return "largest_pixels"; }
    Spec infer(Specs in) const override {
        const Shape& x = in[0].shape;
        return {detail::places_shape(window, x, x.back()), i32};
    }
    void eval(ConstViews in, View out) const override {
        kernels::largest_pixels(window, in[0], out);
    }
    Tensor vjp(int, Tensors, const Tensor&, const Tensor&) const override { return {}; }

    Window window;
};

// out = x at the pixels (input 1) of each image and channel; g added up there
struct PickPixels final : Multilinear {
    std::string_view name() const noexcept override { return "pick_pixels"; }
    Spec infer(Specs in) const override { return {in[1].shape, in[0].dtype}; }
    void eval(ConstViews in, View out) const override { kernels::pick_pixels(in[0], in[1], out); }
    Tensor adjoint(int i, Tensors in, const Tensor& g) const override;
};

// out[pixels] += x; g there
struct PutPixels final : Multilinear {
    explicit PutPixels(const Shape& s) : shape(s) {}
    bool operator==(const PutPixels&) const = default;
    std::string_view name() const noexcept override { return "put_pixels"; }
    Spec infer(Specs in) const override { return {shape, in[0].dtype}; }
    void eval(ConstViews in, View out) const override { kernels::put_pixels(in[0], in[1], out); }
    Tensor adjoint(int i, Tensors in, const Tensor& g) const override {
        return i == 0 ? record(PickPixels{}, g, in[1]) : Tensor();
    }

    Shape shape;
};

Tensor PickPixels::adjoint(int i, Tensors in, const Tensor& g) const {
    return i == 0 ? record(PutPixels(in[0].shape()), g, in[1]) : Tensor();
}

// out = the largest element of what each window sees; g to the first such pixel
struct MaxPool final : General {
    explicit MaxPool(const Window& w) : window(w) {}
    bool operator==(const MaxPool&) const = default;
    std::string_view name() const noexcept override { return "max_pool"; }
    Spec infer(Specs in) const override {
        const Shape& x = in[0].shape;
        detail::want_real(name(), in[0].dtype);
        Index pixels = 1;
        for (int i = 1; i < x.rank() - 1; ++i) pixels *= x[i];
        if (pixels > std::numeric_limits<std::int32_t>::max())
            fail<ShapeError>(name(), "takes images of less than 2^31 pixels, got ", x);
        return {detail::places_shape(window, x, x.back()), in[0].dtype};
    }
    void eval(ConstViews in, View out) const override { kernels::largest(window, in[0], out); }
    Tensor vjp(int, Tensors in, const Tensor&, const Tensor& g) const override {
        return record(PutPixels(in[0].shape()), g, record(LargestPixels(window), in[0]));
    }
    Tensor jvp(Tensors in, const Tensor&, Tensors tangents) const override {
        return record(PickPixels{}, tangents[0], record(LargestPixels(window), in[0]));
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

}  // namespace

Tensor max_pool(const Tensor& x, const PerAxis& size, const PoolOptions& options) {
    return record(MaxPool(pool_window("max_pool", x, size, options)), x);
}

Tensor average_pool(const Tensor& x, const PerAxis& size, const PoolOptions& options) {
    return record(AveragePool(pool_window("average_pool", x, size, options)), x);
}

}  // namespace shikumi
