// Padding by an array's own elements: each axis is read at a list of positions.
#include <algorithm>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/detail/index_list.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi {

namespace {

// The position that stands at `i`, which may lie outside an axis of n elements.
Index source(PadMode mode, Index i, Index n) {
    const auto modulo = [i](Index period) { return (i % period + period) % period; };
    switch (mode) {
        case PadMode::wrap:
            return modulo(n);
        case PadMode::reflect: {
            if (n == 1) return 0;
            const Index at = modulo(2 * n - 2);
            return at < n ? at : 2 * n - 2 - at;
        }
        case PadMode::symmetric: {
            const Index at = modulo(2 * n);
            return at < n ? at : 2 * n - 1 - at;
        }
        default:
            return std::clamp<Index>(i, 0, n - 1);
    }
}

}  // namespace

Tensor pad(const Tensor& x, const std::vector<std::pair<Index, Index>>& widths, PadMode mode) {
    constexpr std::string_view op = "pad";
    if (mode == PadMode::constant) return pad(x, widths, 0);
    if (static_cast<int>(widths.size()) != x.rank())
        fail<ShapeError>(op, widths.size(), " pairs of widths for ", x.shape(), ": wanted ",
                         x.rank());
    Tensor y = x;
    for (int axis = 0; axis < x.rank(); ++axis) {
        const Index before = widths[static_cast<std::size_t>(axis)].first,
                    after = widths[static_cast<std::size_t>(axis)].second;
        const Index n = x.shape()[axis];
        if (before < 0 || after < 0)
            fail<ShapeError>(op, "can't add ", before, " and ", after,
                             " elements: slice cuts some off");
        if (before == 0 && after == 0) continue;
        if (n == 0)
            fail<ShapeError>(op, "axis ", axis, " of ", x.shape(), " has no elements to repeat");
        constexpr Index most = Index{1} << 60;  // elements of a shape
        if (before > most - n || after > most - n - before)
            fail<ShapeError>(op, "adding ", before, " and ", after, " elements is too much");
        const Tensor list = detail::index_list(
            Shape{before + n + after}, [&](Index i) { return source(mode, i - before, n); });
        y = take(y, list, axis);
    }
    return y;
}

}  // namespace shikumi
