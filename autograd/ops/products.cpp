// Products that are composed of the matrix product and of products of elements.
#include <algorithm>
#include <limits>
#include <span>

#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/ops/detail/axes.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi {

namespace {

void want_one_dtype(std::string_view op, const std::vector<Tensor>& all, bool as_matrices) {
    std::vector<const Spec*> specs;
    for (const Tensor& x : all) specs.push_back(&x.spec());
    const DType dtype = common_dtype(op, specs);
    if (dtype == bool_ || (as_matrices && dtype == u8))
        fail<DTypeError>(op, "can't multiply ", dtype, ": convert it with .cast(f32)");
}

// The axes of `x` that are summed over, and the others.
struct Parts {
    Parts(std::string_view op, const Tensor& x, const std::vector<Integer>& axes) {
        detail::AxisSet set = 0;
        for (const Index given : axes) {
            const int axis = normalize_axis(op, given, x.rank());
            if (detail::holds(set, axis)) fail<ShapeError>(op, "axis ", axis, " is named twice");
            set |= detail::AxisSet{1} << axis;
            inner.push_back(axis);
        }
        for (int axis = 0; axis < x.rank(); ++axis) {
            if (detail::holds(set, axis)) continue;
            outer.push_back(axis);
            sizes.push_back(x.shape()[axis]);
        }
    }

    std::vector<int> inner, outer;
    std::vector<Index> sizes;  // of the others
};

Index product(std::span<const Index> sizes) { return Shape(sizes).size(); }

Tensor in_order(const Tensor& x, std::vector<int> first, const std::vector<int>& last) {
    first.insert(first.end(), last.begin(), last.end());
    return std::ranges::is_sorted(first) ? x : transpose(x, first);
}

Tensor contract(std::string_view op, const Tensor& a, const Tensor& b,
                const std::vector<Integer>& axes_a, const std::vector<Integer>& axes_b) {
    want_one_dtype(op, {a, b}, true);
    if (axes_a.size() != axes_b.size())
        fail<ShapeError>(op, axes_a.size(), " axes of a, ", axes_b.size(), " of b");
    const Parts left(op, a, axes_a), right(op, b, axes_b);
    Index inner = 1;
    for (std::size_t i = 0; i < left.inner.size(); ++i) {
        const Index size = a.shape()[left.inner[i]];
        if (size != b.shape()[right.inner[i]])
            fail<ShapeError>(op, "axis ", left.inner[i], " of ", a.shape(), " and axis ",
                             right.inner[i], " of ", b.shape(), " differ");
        inner *= size;
    }
    const Tensor rows =
        reshape(in_order(a, left.outer, left.inner), Shape{product(left.sizes), inner});
    const Tensor columns =
        reshape(in_order(b, right.inner, right.outer), Shape{inner, product(right.sizes)});
    std::vector<Index> sizes = left.sizes;
    sizes.insert(sizes.end(), right.sizes.begin(), right.sizes.end());
    detail::check_rank(op, static_cast<int>(sizes.size()));
    return reshape(matmul(rows, columns), Shape(sizes));
}

// Where a product of matrices i … j is best cut, by the number of multiplications.
class Order {
public:
    explicit Order(const std::vector<Tensor>& factors) {
        for (const Tensor& x : factors) sizes_.push_back(static_cast<double>(x.shape()[0]));
        sizes_.push_back(static_cast<double>(factors.back().shape()[1]));
        const std::size_t n = factors.size();
        best_.assign(n * n, 0);
        cut_.assign(n * n, 0);
        for (std::size_t length = 1; length < n; ++length) {
            for (std::size_t i = 0; i + length < n; ++i) choose(i, i + length, n);
        }
    }
    Tensor multiply(const std::vector<Tensor>& factors, std::size_t i, std::size_t j) const {
        if (i == j) return factors[i];
        const std::size_t k = cut_[i * factors.size() + j];
        return matmul(multiply(factors, i, k), multiply(factors, k + 1, j));
    }

private:
    void choose(std::size_t i, std::size_t j, std::size_t n) {
        best_[i * n + j] = std::numeric_limits<double>::infinity();
        for (std::size_t k = i; k < j; ++k) {
            const double cost = best_[i * n + k] + best_[(k + 1) * n + j] +
                                sizes_[i] * sizes_[k + 1] * sizes_[j + 1];
            if (cost >= best_[i * n + j]) continue;
            best_[i * n + j] = cost;
            cut_[i * n + j] = k;
        }
    }

    std::vector<double> sizes_, best_;
    std::vector<std::size_t> cut_;
};

}  // namespace

Tensor outer(const Tensor& a, const Tensor& b) {
    want_one_dtype("outer", {a, b}, false);
    return expand_dims(flatten(a), 1) * flatten(b);
}

Tensor dot(const Tensor& a, const Tensor& b) {
    want_one_dtype("dot", {a, b}, true);
    if (a.rank() == 0 || b.rank() == 0) return a * b;
    return contract("dot", a, b, {-1}, {b.rank() == 1 ? -1 : -2});
}

Tensor tensordot(const Tensor& a, const Tensor& b, Integer axes) {
    const Index count = axes;
    if (count < 0 || count > std::min(a.rank(), b.rank()))
        fail<ShapeError>("tensordot", "can't sum over ", count, " axes of ", a.shape(), " and ",
                         b.shape());
    std::vector<Integer> of_a, of_b;
    for (Index i = 0; i < count; ++i) {
        of_a.push_back(a.rank() - count + i);
        of_b.push_back(i);
    }
    return contract("tensordot", a, b, of_a, of_b);
}

Tensor tensordot(const Tensor& a, const Tensor& b, const std::vector<Integer>& axes_a,
                 const std::vector<Integer>& axes_b) {
    return contract("tensordot", a, b, axes_a, axes_b);
}

// Axis i of both becomes two, of which each has size 1 in one of them.
Tensor kron(const Tensor& a, const Tensor& b) {
    want_one_dtype("kron", {a, b}, false);
    const int rank = std::max(a.rank(), b.rank());
    if (2 * rank > Shape::max_rank)
        fail<ShapeError>("kron", "takes at most ", Shape::max_rank / 2, " axes, got ", a.shape(),
                         " and ", b.shape());
    Shape::Sizes of_a, of_b, all;
    for (int i = 0; i < rank; ++i) {
        const auto size = [&](const Tensor& x) {
            const int own = i - (rank - x.rank());
            return own < 0 ? Index{1} : x.shape()[own];
        };
        of_a.push_back(size(a));
        of_a.push_back(1);
        of_b.push_back(1);
        of_b.push_back(size(b));
        all.push_back(size(a) * size(b));
    }
    return reshape(reshape(a, Shape(of_a)) * reshape(b, Shape(of_b)), Shape(all));
}

// Component i is aⱼ·bₖ - aₖ·bⱼ for i, j, k in turn.
Tensor cross(const Tensor& a, const Tensor& b, Integer axis) {
    constexpr std::string_view op = "cross";
    want_one_dtype(op, {a, b}, false);
    const int of_a = normalize_axis(op, axis, a.rank()), of_b = normalize_axis(op, axis, b.rank());
    if (a.shape()[of_a] != 3 || b.shape()[of_b] != 3)
        fail<ShapeError>(op, "wants vectors of 3 numbers along axis ", Index{axis}, ", got ",
                         a.shape(), " and ", b.shape());
    // Broadcasting counts axes from the end, and so must the axis of both.
    const auto last = [](const Tensor& x, int own) {
        std::vector<int> axes;
        for (int i = 0; i < x.rank(); ++i) {
            if (i != own) axes.push_back(i);
        }
        axes.push_back(own);
        return std::ranges::is_sorted(axes) ? x : transpose(x, axes);
    };
    const Tensor u = last(a, of_a), v = last(b, of_b);
    const Shape wide = broadcast(op, u.shape(), v.shape());
    const auto from = [](const Tensor& x, Index first) {
        return first == 0
                   ? x
                   : concatenate({slice(x, -1, {.start = first}), slice(x, -1, {.stop = first})},
                                 -1);
    };
    const Tensor y = from(u, 1) * from(v, 2) - from(u, 2) * from(v, 1);
    std::vector<int> back;
    const int rank = wide.rank(), to = normalize_axis(op, axis, rank);
    for (int i = 0; i + 1 < rank; ++i) back.push_back(i);
    back.insert(back.begin() + to, rank - 1);
    return to == rank - 1 ? y : transpose(y, back);
}

Tensor multi_dot(const std::vector<Tensor>& factors) {
    constexpr std::string_view op = "multi_dot";
    if (factors.size() < 2)
        fail<ShapeError>(op, "wants two matrices or more, got ", factors.size());
    want_one_dtype(op, factors, true);
    std::vector<Tensor> all = factors;
    const bool row = all.front().rank() == 1, column = all.back().rank() == 1;
    if (row) all.front() = expand_dims(all.front(), 0);
    if (column) all.back() = expand_dims(all.back(), 1);
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (all[i].rank() != 2)
            fail<ShapeError>(op, "wants matrices, and vectors at the ends alone, got ",
                             factors[i].shape(), " as factor ", i);
        if (i > 0 && all[i - 1].shape()[1] != all[i].shape()[0])
            fail<ShapeError>(op, "factor ", i, " of ", factors[i].shape(), " does not fit ",
                             factors[i - 1].shape(), " before it");
    }
    Tensor y = Order(all).multiply(all, 0, all.size() - 1);
    if (column) y = squeeze(y, -1);
    return row ? squeeze(y, 0) : y;
}

}  // namespace shikumi
