// What the functions of linear algebra share, and what is composed of the others.
#include <shikumi/autograd/ops/linalg.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string>

#include <shikumi/autograd/ops/detail/axes.hpp>
#include <shikumi/autograd/ops/detail/dtype_checks.hpp>
#include <shikumi/autograd/ops/detail/linalg.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi {

namespace detail {

void want_matrix(std::string_view op, const Spec& x) {
    want_floating(op, x);
    if (x.shape.rank() < 2) fail<ShapeError>(op, "wants a matrix, or a batch of them, got ", x);
}

void want_square(std::string_view op, const Spec& x) {
    want_matrix(op, x);
    const int rank = x.shape.rank();
    if (x.shape[rank - 2] != x.shape[rank - 1])
        fail<ShapeError>(op, "wants a square matrix, got ", x);
}

Shape without_last(const Shape& shape, int count) {
    const Shape::Sizes sizes = shape.sizes();
    return Shape(std::span(sizes.begin(), sizes.end() - count));
}

Shape with_last(const Shape& shape, std::initializer_list<Index> more) {
    Shape::Sizes sizes = shape.sizes();
    for (const Index size : more) sizes.push_back(size);
    return Shape(sizes);
}

Tensor transposed(const Tensor& x) {
    std::array<int, Shape::max_rank> axes;
    std::iota(axes.begin(), axes.end(), 0);
    const auto rank = static_cast<std::size_t>(x.rank());
    std::swap(axes[rank - 2], axes[rank - 1]);
    return transpose(x, std::span(axes.data(), rank));
}

Tensor symmetric(const Tensor& x) { return (x + transposed(x)) * 0.5; }

Tensor as_matrix(const Tensor& numbers) {
    return reshape(numbers, with_last(numbers.shape(), {1, 1}));
}
Tensor as_row(const Tensor& vectors) { return expand_dims(vectors, -2); }
Tensor as_column(const Tensor& vectors) { return expand_dims(vectors, -1); }

std::vector<Tensor> whole(const MappedInputs& in) {
    std::vector<Tensor> all;
    for (std::size_t i = 0; i < in.inputs().size(); ++i) all.push_back(in.whole(i));
    return all;
}

Tensor unit_like(const Tensor& a) { return eye(a.shape().back(), {}, a.dtype()); }

Spec solution_spec(std::string_view op, const Spec& a, const Spec& b) {
    want_square(op, a);
    if (b.shape.rank() < 2) fail<ShapeError>(op, "wants a matrix or a vector b, got ", b);
    const std::array<const Spec*, 2> both{&a, &b};
    const DType dtype = common_dtype(op, both);
    const Index n = a.shape.back(), rows = b.shape[b.shape.rank() - 2];
    if (n != rows)
        fail<ShapeError>(op, "a of ", a.shape, " wants a b of ", n, " rows, got ", b.shape);
    return {with_last(broadcast(op, without_last(a.shape, 2), without_last(b.shape, 2)),
                      {n, b.shape.back()}),
            dtype};
}

}  // namespace detail

using namespace detail;

// ---- powers -------------------------------------------------------------------------------------

Tensor matrix_power(const Tensor& a, Integer n) {
    want_square("matrix_power", a.spec());
    // The magnitude of the least integer is no Index.
    auto left = static_cast<std::uint64_t>(Index{n});
    if (n < 0) left = 0 - left;
    if (left == 0) return broadcast_to(unit_like(a), a.shape());
    Tensor square = n < 0 ? solve_by("matrix_power", a, lu_factors(a), unit_like(a)) : a;
    Tensor power;
    for (; left > 0; left /= 2) {
        if (left % 2 == 1) power = power.defined() ? matmul(power, square) : square;
        if (left > 1) square = matmul(square, square);
    }
    return power;
}

// ---- norms --------------------------------------------------------------------------------------

MatrixNorm::MatrixNorm(double order) : order_(order) {
    const double size = std::abs(order);
    if (size != 1 && size != 2 && !std::isinf(size))
        fail<ValueError>("matrix_norm", "wants 1, 2, infinity or one of their negatives, got ",
                         order);
}

MatrixNorm::MatrixNorm(const char* name) {
    const std::string_view given(name);
    if (given != "fro" && given != "nuc")
        fail<ValueError>("matrix_norm", "wants \"fro\", \"nuc\" or a number, got \"", given, "\"");
    kind_ = given == "fro" ? Kind::frobenius : Kind::nuclear;
}

namespace {

constexpr std::string_view norm_name = "matrix_norm";

// x with the axes of a matrix last.
Tensor with_matrix_last(const Tensor& x, int row, int column) {
    std::vector<int> axes;
    for (int i = 0; i < x.rank(); ++i) {
        if (i != row && i != column) axes.push_back(i);
    }
    axes.push_back(row);
    axes.push_back(column);
    return std::ranges::is_sorted(axes) ? x : transpose(x, axes);
}

// The largest or smallest of the last axis.
Tensor extreme(const Tensor& numbers, bool largest, const Spec& x) {
    if (numbers.shape().back() == 0)
        fail<ShapeError>(norm_name, "of ", x, ": there is nothing to choose from");
    return largest ? max(numbers, -1) : min(numbers, -1);
}

Tensor norm_of(const Tensor& x, const MatrixNorm& norm) {
    if (norm.frobenius()) return shikumi::norm(x, {-2, -1});
    if (norm.nuclear()) return sum(svdvals(x), -1);
    const double order = norm.order();
    if (std::abs(order) == 2) return extreme(svdvals(x), order > 0, x.spec());
    return extreme(sum(abs(x), std::isinf(order) ? -1 : -2), order > 0, x.spec());
}

}  // namespace

Tensor matrix_norm(const Tensor& x, MatrixNorm norm, std::pair<Integer, Integer> axes,
                   Boolean keepdims) {
    want_matrix(norm_name, x.spec());
    const int row = normalize_axis(norm_name, axes.first, x.rank()),
              column = normalize_axis(norm_name, axes.second, x.rank());
    if (row == column) fail<ShapeError>(norm_name, "axis ", row, " is named twice");
    const Tensor found = norm_of(with_matrix_last(x, row, column), norm);
    if (!keepdims) return found;
    return reshape(found, reduced(x.shape(), AxisSet{1} << row | AxisSet{1} << column, true));
}

}  // namespace shikumi
