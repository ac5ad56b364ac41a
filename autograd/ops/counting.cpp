// What is counted. The shapes of some results depend on values, which are looked at at once.
#include <algorithm>
#include <array>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/ops/detail/dtype_checks.hpp>
#include <shikumi/autograd/ops/detail/rows.hpp>
#include <shikumi/autograd/ops/detail/selection.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi {

namespace {

// How many numbers bincount counts.
Index bins(const Tensor& x, Index minlength) {
    constexpr std::string_view op = "bincount";
    detail::want_indices(op, x.spec());
    if (minlength < 0) fail<ValueError>(op, "wants a minlength from 0 on, got ", minlength);
    Index count = minlength;
    const auto values = x.to_vector<Index>();
    for (const Index value : values) {
        if (value < 0) fail<ValueError>(op, "counts numbers from 0 on, got ", value);
        count = std::max(count, value + 1);
    }
    return count;
}

}  // namespace

std::vector<Tensor> nonzero(const Tensor& x) {
    const Tensor flat = detail::true_positions(x.dtype() == bool_ ? x : not_equal(x, 0));
    const auto positions = flat.to_vector<Index>();
    std::vector<Tensor> along;
    Index step = 1;
    for (int axis = x.rank() - 1; axis >= 0; --axis) {
        const Index size = x.shape()[axis];
        std::vector<Index> own;
        for (const Index at : positions) own.push_back(at / step % size);
        along.push_back(tensor(own));
        step *= size;
    }
    std::reverse(along.begin(), along.end());
    return along;
}

UniqueResult unique(const Tensor& x) {
    const Tensor flat = flatten(x);
    const auto order = argsort(flat).to_vector<Index>();
    const Array values = flat.array();
    std::vector<Index> first, counts, inverse(order.size());
    dispatch(x.dtype(), [&]<class T>() {
        const auto elements = values.template data<T>();
        const auto same = [&](Index a, Index b) {
            const T u = elements[static_cast<std::size_t>(a)],
                    v = elements[static_cast<std::size_t>(b)];
            return u == v || (u != u && v != v);
        };
        for (const Index at : order) {
            if (first.empty() || !same(first.back(), at)) {
                first.push_back(at);
                counts.push_back(0);
            }
            ++counts.back();
            inverse[static_cast<std::size_t>(at)] = static_cast<Index>(first.size()) - 1;
        }
    });
    return {take(flat, tensor(first)), tensor(inverse, x.shape()), tensor(counts)};
}

Tensor bincount(const Tensor& x, Integer minlength) {
    const Index count = bins(x, minlength);
    return detail::sum_at("bincount", ones(x.shape(), i64), x, count);
}

Tensor bincount(const Tensor& x, const Tensor& weights, Integer minlength) {
    detail::want_floating("bincount", weights.spec());
    const Index count = bins(x, minlength);
    return detail::sum_at("bincount", weights, x, count);
}

Tensor digitize(const Tensor& x, const Tensor& edges, Boolean right) {
    constexpr std::string_view op = "digitize";
    if (common_dtype(op, std::array{&x.spec(), &edges.spec()}) == bool_)
        fail<DTypeError>(op, "can't search among truth values");
    if (edges.rank() != 1) fail<ShapeError>(op, "takes edges (n), got ", edges.shape());
    return searchsorted(edges, x, right ? Side::left : Side::right);
}

HistogramResult histogram(const Tensor& x, const Tensor& edges) {
    constexpr std::string_view op = "histogram";
    if (common_dtype(op, std::array{&x.spec(), &edges.spec()}) == bool_)
        fail<DTypeError>(op, "can't search among truth values");
    if (edges.rank() != 1 || edges.size() < 2)
        fail<ShapeError>(op, "takes two edges or more, got ", edges.shape());
    const Index bins = edges.size() - 1;
    const Tensor last = edges[-1];
    // Bin 0 holds what lies below, the last one what lies above.
    const Tensor at = where(equal(x, last), bins, searchsorted(edges, x, Side::right));
    const Tensor counts = detail::sum_at(op, ones(x.shape(), i64), at, bins + 2);
    return {slice(counts, 0, {1, bins + 1}), edges};
}

HistogramResult histogram(const Tensor& x, Integer bins, double low, double high) {
    constexpr std::string_view op = "histogram";
    detail::want_floating(op, x.spec());
    if (bins < 1) fail<ValueError>(op, "wants a bin or more, got ", Index{bins});
    if (!(low < high)) fail<ValueError>(op, "wants low < high, got ", low, " and ", high);
    return histogram(x, linspace(low, high, bins + 1, x.dtype()));
}

}  // namespace shikumi
