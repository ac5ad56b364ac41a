// Resizing, axis by axis: a reading by index, the weighted mean of two, or, where a new pixel
// depends on many, a product with the matrix of their weights.
#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include <shikumi/autograd/ops/detail/dtype_checks.hpp>
#include <shikumi/autograd/ops/detail/window.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi {

namespace {

// Where the centre of pixel i of `to` lies on an axis of `from` pixels.
double centre(Index i, Index to, Index from) {
    return (static_cast<double>(i) + 0.5) * static_cast<double>(from) / static_cast<double>(to);
}

Tensor nearest(const Tensor& x, int axis, Index size) {
    const Index from = x.shape()[axis];
    if (size % from == 0) return repeat(x, size / from, axis);
    std::vector<Index> at;
    for (Index i = 0; i < size; ++i)
        at.push_back(std::min(from - 1, static_cast<Index>(centre(i, size, from))));
    return take(x, tensor(at), axis);
}

// Between x[low] and x[high], the borders being repeated.
Tensor linear(const Tensor& x, int axis, Index size) {
    const Index from = x.shape()[axis];
    std::vector<Index> low, high;
    std::vector<double> share;
    for (Index i = 0; i < size; ++i) {
        const double at = centre(i, size, from) - 0.5;
        const auto below = static_cast<Index>(std::floor(at));
        low.push_back(std::clamp<Index>(below, 0, from - 1));
        high.push_back(std::clamp<Index>(below + 1, 0, from - 1));
        share.push_back(at - std::floor(at));
    }
    Shape::Sizes sizes;
    for (int i = 0; i < x.rank(); ++i) sizes.push_back(i == axis ? size : 1);
    const Tensor weight = tensor(share, Shape(sizes)).cast(x.dtype());
    return lerp(take(x, tensor(low), axis), take(x, tensor(high), axis), weight);
}

// ---- weights of pixels at a distance t, in pixels, from the centre of the new one ---------------

double triangle(double t) { return std::max(0.0, 1 - std::abs(t)); }

// R. Keys, "Cubic convolution interpolation for digital image processing", 1981, with a = -1/2.
double cubic(double t) {
    const double a = std::abs(t);
    if (a <= 1) return (1.5 * a - 2.5) * a * a + 1;
    return a < 2 ? ((-0.5 * a + 2.5) * a - 4) * a + 2 : 0;
}

// C. Lanczos's window of a sinc.
double lanczos(double t, double radius) {
    if (t == 0) return 1;
    if (std::abs(t) >= radius) return 0;
    const double angle = std::numbers::pi * t;
    return radius * std::sin(angle) * std::sin(angle / radius) / (angle * angle);
}

double weight(Interpolation how, double t) {
    switch (how) {
        case Interpolation::bicubic:
            return cubic(t);
        case Interpolation::lanczos3:
            return lanczos(t, 3);
        case Interpolation::lanczos5:
            return lanczos(t, 5);
        default:
            return triangle(t);
    }
}

// Which share of the new pixel i the old pixel j covers, in old pixels.
double overlap(Index i, Index j, double scale) {
    const double begin = std::max(static_cast<double>(i) * scale, static_cast<double>(j));
    const double end = std::min(static_cast<double>(i + 1) * scale, static_cast<double>(j + 1));
    return std::max(0.0, end - begin);
}

// The nearest of the places for which TensorFlow tabulates the cubic: 1024 in each pixel.
double in_steps(double at) { return std::nearbyint((at - 0.5) * 1024) / 1024 + 0.5; }

// Each new pixel's weights of the old ones, which add up to 1: (size, from).
Tensor weights(Interpolation how, bool antialias, Index from, Index size) {
    const double scale = static_cast<double>(from) / static_cast<double>(size);
    const double spread = antialias ? std::max(scale, 1.0) : 1;
    const bool tabulated = how == Interpolation::bicubic && !antialias;
    std::vector<double> all;
    for (Index i = 0; i < size; ++i) {
        const std::size_t row = all.size();
        const double at = tabulated ? in_steps(centre(i, size, from)) : centre(i, size, from);
        double total = 0;
        for (Index j = 0; j < from; ++j) {
            const double t = (static_cast<double>(j) + 0.5 - at) / spread;
            all.push_back(how == Interpolation::area ? overlap(i, j, scale) : weight(how, t));
            total += all.back();
        }
        for (std::size_t k = row; k < all.size(); ++k) all[k] /= total;
    }
    return tensor(all, {size, from});
}

Tensor weighed(const Tensor& x, int axis, const Tensor& weights) {
    Index outer = 1, inner = 1;
    for (int i = 0; i < axis; ++i) outer *= x.shape()[i];
    for (int i = axis + 1; i < x.rank(); ++i) inner *= x.shape()[i];
    const Tensor y =
        matmul(weights.cast(x.dtype()), reshape(x, Shape{outer, x.shape()[axis], inner}));
    Shape::Sizes sizes = x.shape().sizes();
    sizes[axis] = weights.shape().front();
    return reshape(y, Shape(sizes));
}

}  // namespace

Tensor resize(const Tensor& x, const PerAxis& sizes, Interpolation interpolation,
              Boolean antialias) {
    constexpr std::string_view op = "resize";
    // A window of one element fits only where no axis is empty.
    detail::window_over(op, x.shape(), 1, 1, 1, Padding::valid);
    detail::want_floating(op, x.spec());
    const std::vector<Index> wanted = detail::per_axis(op, "sizes", sizes, x.rank() - 2);
    Tensor out = x;
    for (int axis = 1; axis < x.rank() - 1; ++axis) {
        const Index size = wanted[static_cast<std::size_t>(axis - 1)], from = x.shape()[axis];
        if (size == from) continue;
        if (interpolation == Interpolation::nearest)
            out = nearest(out, axis, size);
        else if (interpolation == Interpolation::bilinear && !(antialias && size < from))
            out = linear(out, axis, size);
        else
            out = weighed(out, axis, weights(interpolation, antialias, from, size));
    }
    return out;
}

}  // namespace shikumi
