// Resizing, axis by axis: a reading by index, or the weighted mean of two.
#include <algorithm>
#include <cmath>
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

}  // namespace

Tensor resize(const Tensor& x, const PerAxis& sizes, Interpolation interpolation) {
    constexpr std::string_view op = "resize";
    // A window of one element fits only where no axis is empty.
    detail::window_over(op, x.shape(), 1, 1, 1, Padding::valid);
    detail::want_floating(op, x.spec());
    const std::vector<Index> wanted = detail::per_axis(op, "sizes", sizes, x.rank() - 2);
    Tensor out = x;
    for (int axis = 1; axis < x.rank() - 1; ++axis) {
        const Index size = wanted[static_cast<std::size_t>(axis - 1)];
        if (size == x.shape()[axis]) continue;
        out = interpolation == Interpolation::nearest ? nearest(out, axis, size)
                                                      : linear(out, axis, size);
    }
    return out;
}

}  // namespace shikumi
