// Diagonals and triangles of matrices. All are linear, and each has an adjoint among them.
#include <algorithm>
#include <cstring>

#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/kernels/copy.hpp>
#include <shikumi/autograd/kernels/triangular.hpp>
#include <shikumi/autograd/ops/detail/axes.hpp>
#include <shikumi/autograd/ops/detail/linalg.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi {

namespace {

using kernels::Layout;

// A diagonal of the arrays of one shape, by the two axes on which it lies.
struct Place {
    bool operator==(const Place&) const = default;

    Index length() const {
        const Index m = shape[row], n = shape[column];
        return std::max<Index>(0, offset >= 0 ? std::min(m, n - offset) : std::min(m + offset, n));
    }
    // The other axes, then the diagonal.
    Shape own_shape() const {
        Shape::Sizes sizes;
        for (int i = 0; i < shape.rank(); ++i) {
            if (i != row && i != column) sizes.push_back(shape[i]);
        }
        sizes.push_back(length());
        return Shape(sizes);
    }
    Layout layout() const {
        const Layout whole = Layout::contiguous(shape);
        const auto step = [&](int axis) { return whole.steps[static_cast<unsigned>(axis)]; };
        Layout own;
        own.offset = whole.offset + (offset >= 0 ? offset * step(column) : -offset * step(row));
        unsigned next = 0;
        for (int i = 0; i < shape.rank(); ++i) {
            if (i != row && i != column) own.steps[next++] = step(i);
        }
        own.steps[next] = step(row) + step(column);
        return own;
    }

    // The same for `size` arrays one after another.
    Place in_batch(Index size) const {
        return {detail::with_front_axis(size, shape), offset, row + 1, column + 1};
    }

    Shape shape;
    Index offset;
    int row, column;
};

Tensor gathered(const Tensor& x, const Place& place);
Tensor scattered(const Tensor& x, const Place& place);

// out = a diagonal of x; g there, zeros elsewhere
struct Diagonal final : Multilinear {
    explicit Diagonal(const Place& p) : place(p) {}
    bool operator==(const Diagonal&) const = default;
    std::string_view name() const noexcept override { return "diagonal"; }
    Spec infer(Specs in) const override { return {place.own_shape(), in[0].dtype}; }
    void eval(ConstViews in, View out) const override {
        if (out.size() > 0) kernels::gather_strided(in[0].data, place.layout(), out);
    }
    Tensor adjoint(int, Tensors, const Tensor& g) const override { return scattered(g, place); }
    Tensor batched(const MappedInputs& in) const override {
        return gathered(in[0], place.in_batch(in.size()));
    }

    Place place;
};

// out = x on a diagonal, zeros elsewhere; g's diagonal
struct PutDiagonal final : Multilinear {
    explicit PutDiagonal(const Place& p) : place(p) {}
    bool operator==(const PutDiagonal&) const = default;
    std::string_view name() const noexcept override { return "put_diagonal"; }
    Spec infer(Specs in) const override { return {place.shape, in[0].dtype}; }
    void eval(ConstViews in, View out) const override {
        if (out.size() > 0) std::memset(out.data, 0, out.spec.bytes());
        if (in[0].size() > 0) kernels::scatter_strided(in[0], out.data, place.layout());
    }
    Tensor adjoint(int, Tensors, const Tensor& g) const override { return gathered(g, place); }
    Tensor batched(const MappedInputs& in) const override {
        return scattered(in[0], place.in_batch(in.size()));
    }

    Place place;
};

Tensor gathered(const Tensor& x, const Place& place) { return record(Diagonal(place), x); }
Tensor scattered(const Tensor& x, const Place& place) { return record(PutDiagonal(place), x); }

// out = x within a triangle, zeros elsewhere; the same of g
struct Triangle final : Multilinear {
    Triangle(bool l, Index o) : lower(l), offset(o) {}
    bool operator==(const Triangle&) const = default;
    std::string_view name() const noexcept override { return lower ? "tril" : "triu"; }
    Spec infer(Specs in) const override {
        if (in[0].shape.rank() < 2)
            fail<ShapeError>(name(), "wants a matrix, or a batch of them, got ", in[0]);
        return in[0];
    }
    void eval(ConstViews in, View out) const override {
        kernels::triangle(in[0], lower, offset, out);
    }
    Tensor adjoint(int, Tensors, const Tensor& g) const override {
        return detail::triangle(g, lower, offset);
    }
    Tensor batched(const MappedInputs& in) const override {
        return detail::triangle(in[0], lower, offset);
    }

    bool lower;
    Index offset;
};

// Beyond the matrix all diagonals are empty; so no number is too large to compute with.
Index within(Index offset, Index m, Index n) { return std::clamp(offset, -m, n); }

Tensor diagonal_of(std::string_view op, const Tensor& x, Index offset, Index axis1, Index axis2) {
    if (x.rank() < 2) fail<ShapeError>(op, "wants two axes or more, got ", x.spec());
    const int row = normalize_axis(op, axis1, x.rank()),
              column = normalize_axis(op, axis2, x.rank());
    if (row == column) fail<ShapeError>(op, "axis ", row, " is named twice");
    const Index own = within(offset, x.shape()[row], x.shape()[column]);
    return gathered(x, {x.shape(), own, row, column});
}

}  // namespace

Tensor detail::triangle(const Tensor& x, bool lower, Index offset) {
    return record(Triangle(lower, offset), x);
}

Tensor diagonal(const Tensor& x, Integer offset, Integer axis1, Integer axis2) {
    return diagonal_of("diagonal", x, offset, axis1, axis2);
}

Tensor trace(const Tensor& x, Integer offset, Integer axis1, Integer axis2) {
    return sum(diagonal_of("trace", x, offset, axis1, axis2), -1);
}

Tensor diag(const Tensor& x, Integer offset) {
    constexpr std::string_view op = "diag";
    if (x.rank() == 2) return diagonal_of(op, x, offset, 0, 1);
    if (x.rank() != 1) fail<ShapeError>(op, "wants a vector or a matrix, got ", x.spec());
    Index size = 0;
    const Index away = offset < 0 ? -(offset + 1) : Index{offset};
    if (__builtin_add_overflow(x.shape()[0], away, &size) ||
        __builtin_add_overflow(size, Index{offset < 0}, &size))
        fail<ShapeError>(op, "diagonal ", Index{offset}, " is too far away");
    return scattered(x, {Shape{size, size}, offset, 0, 1});
}

namespace {

Tensor clamped_triangle(const Tensor& x, bool lower, Index offset) {
    const int rank = x.rank();
    if (rank >= 2) offset = within(offset, x.shape()[rank - 2], x.shape()[rank - 1]);
    return detail::triangle(x, lower, offset);
}

}  // namespace

Tensor tril(const Tensor& x, Integer offset) { return clamped_triangle(x, true, offset); }
Tensor triu(const Tensor& x, Integer offset) { return clamped_triangle(x, false, offset); }

}  // namespace shikumi
