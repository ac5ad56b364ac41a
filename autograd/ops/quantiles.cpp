// Quantiles: the elements in order, and of these one or the mean of two.
#include <algorithm>
#include <cmath>
#include <limits>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/ops/detail/axes.hpp>
#include <shikumi/autograd/ops/detail/dtype_checks.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// The elements over which a quantile is taken: a row in rising order for each number of the result.
struct SortedRows {
    SortedRows(std::string_view op, const Tensor& x, const Axes& axes, bool keepdims) {
        detail::want_floating(op, x.spec());
        const detail::AxisSet set = detail::axis_set(op, axes, x.rank());
        std::vector<int> order;
        for (const bool last : {false, true}) {
            for (int i = 0; i < x.rank(); ++i) {
                if (detail::holds(set, i) == last) order.push_back(i);
            }
        }
        shape = detail::reduced(x.shape(), set, keepdims);
        count = detail::count(x.shape(), set);
        if (count == 0 && shape.size() > 0)
            fail<ShapeError>(op, "got ", x.spec(), ", and no elements have no order");
        rows = sort(reshape(transpose(x, order), Shape{shape.size(), count}));
    }

    Tensor column(Index i) const { return slice(rows, 1, {i, i + 1}); }

    Tensor rows;  // (m, n)
    Shape shape;  // of m elements
    Index count;
};

void want_share(std::string_view op, double q) {
    if (!(q >= 0 && q <= 1)) fail<ValueError>(op, "wants q from 0 to 1, got ", q);
}

// The share of the higher element at this fraction of the way from the lower one.
double share(QuantileMethod method, double lower, double fraction) {
    switch (method) {
        case QuantileMethod::linear:
            return fraction;
        case QuantileMethod::lower:
            return 0;
        case QuantileMethod::higher:
            return fraction > 0 ? 1 : 0;
        case QuantileMethod::midpoint:
            return fraction > 0 ? 0.5 : 0;
        case QuantileMethod::nearest:
            break;
    }
    return std::nearbyint(lower + fraction) - lower;
}

// The quantile of each row, (m, 1).
Tensor quantile_column(const SortedRows& sorted, double q, QuantileMethod method) {
    const double position = q * static_cast<double>(sorted.count - 1);
    const auto lower = static_cast<Index>(position);
    const double higher =
        share(method, static_cast<double>(lower), position - std::floor(position));
    if (higher == 0) return sorted.column(lower);
    if (higher == 1) return sorted.column(lower + 1);
    return sorted.column(lower) * (1 - higher) + sorted.column(lower + 1) * higher;
}

// NaN, which comes last, where a row has one.
Tensor with_nan(const SortedRows& sorted, const Tensor& column) {
    return where(isnan(sorted.column(sorted.count - 1)), nan, column);
}

Tensor quantile_of(std::string_view op, const Tensor& x, double q, const Axes& axes,
                   QuantileMethod method, bool keepdims) {
    want_share(op, q);
    const SortedRows sorted(op, x, axes, keepdims);
    if (sorted.shape.size() == 0) return zeros(sorted.shape, x.dtype());
    return reshape(with_nan(sorted, quantile_column(sorted, q, method)), sorted.shape);
}

// Like `share`, of tensors.
Tensor shares(QuantileMethod method, const Tensor& lower, const Tensor& fraction) {
    switch (method) {
        case QuantileMethod::linear:
            return fraction;
        case QuantileMethod::lower:
            return zeros_like(fraction);
        case QuantileMethod::higher:
            return ceil(fraction);
        case QuantileMethod::midpoint:
            return ceil(fraction) * 0.5;
        case QuantileMethod::nearest:
            break;
    }
    return round(lower + fraction) - lower;
}

// The rows have different numbers of elements, so the position differs from row to row.
Tensor nanquantile_of(std::string_view op, const Tensor& x, double q, const Axes& axes,
                      QuantileMethod method, bool keepdims) {
    want_share(op, q);
    const SortedRows sorted(op, x, axes, keepdims);
    if (sorted.shape.size() == 0) return zeros(sorted.shape, x.dtype());
    const Tensor count = sum(!isnan(sorted.rows), 1, true).cast(f64);
    const Tensor position = maximum(count - 1, 0) * q, lower = floor(position);
    const Tensor higher = shares(method, lower, position - lower).cast(x.dtype());
    const Tensor at = lower.cast(i64);
    const auto element = [&](const Tensor& i) {
        return take_along_axis(sorted.rows, minimum(i, sorted.count - 1), 1);
    };
    const Tensor low = element(at), high = where(higher > 0, element(at + 1), low);
    return reshape(low * (1 - higher) + high * higher, sorted.shape);
}

}  // namespace

Tensor quantile(const Tensor& x, double q, const Axes& axes, QuantileMethod method,
                Boolean keepdims) {
    return quantile_of("quantile", x, q, axes, method, keepdims);
}

Tensor quantile(const Tensor& x, const std::vector<double>& q, const Axes& axes,
                QuantileMethod method, Boolean keepdims) {
    constexpr std::string_view op = "quantile";
    for (const double one : q) want_share(op, one);
    const SortedRows sorted(op, x, axes, keepdims);
    detail::check_rank(op, sorted.shape.rank() + 1);
    Shape::Sizes sizes;
    sizes.push_back(static_cast<Index>(q.size()));
    for (const Index size : sorted.shape.sizes()) sizes.push_back(size);
    const Shape shape(sizes);
    if (shape.size() == 0) return zeros(shape, x.dtype());
    std::vector<Tensor> columns;
    for (const double one : q)
        columns.push_back(with_nan(sorted, quantile_column(sorted, one, method)));
    return reshape(concatenate(columns, 0), shape);
}

Tensor median(const Tensor& x, const Axes& axes, Boolean keepdims) {
    return quantile_of("median", x, 0.5, axes, QuantileMethod::linear, keepdims);
}

Tensor nanquantile(const Tensor& x, double q, const Axes& axes, QuantileMethod method,
                   Boolean keepdims) {
    return nanquantile_of("nanquantile", x, q, axes, method, keepdims);
}

Tensor nanmedian(const Tensor& x, const Axes& axes, Boolean keepdims) {
    return nanquantile_of("nanmedian", x, 0.5, axes, QuantileMethod::linear, keepdims);
}

}  // namespace shikumi
