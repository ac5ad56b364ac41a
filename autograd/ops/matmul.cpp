// The matrix product. Transposed operands are flags that BLAS reads; no adjoint copies a matrix.
#include <algorithm>
#include <span>
#include <typeinfo>
#include <utility>

#include <shikumi/autograd/graph/node.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/kernels/gemm.hpp>
#include <shikumi/autograd/ops/detail/attributes.hpp>
#include <shikumi/autograd/ops/detail/transpose.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi {

namespace {

Tensor product(const Tensor& a, bool transpose_a, const Tensor& b, bool transpose_b);

void want_equal_inner(const Shape& a, Index n, const Shape& b, Index m) {
    if (n != m)
        fail<ShapeError>("matmul", "inner dimensions differ: ", a, " x ", b, ": ", n, " vs ", m);
}

// x's rows, all batches in one matrix.
Tensor rows_of(const Tensor& x) {
    Index rows = 1;
    for (int i = 0; i < x.rank() - 1; ++i) rows *= x.shape()[i];
    return reshape(x, Shape{rows, x.shape().back()});
}

// out = A·B, where A is `a` or its transpose, B likewise; Ā = g·Bᵀ, B̄ = Aᵀ·g, or their transposes
struct Matmul final : Multilinear, detail::OfMatrices {
    Matmul(bool a, bool b) : OfMatrices{a, b} {}
    bool operator==(const Matmul&) const = default;
    std::string_view name() const noexcept override { return "matmul"; }

    Spec infer(Specs in) const override {
        const DType dtype = common_dtype(name(), in);
        if (dtype == bool_ || dtype == u8)
            fail<DTypeError>(name(), "can't multiply matrices of ", dtype,
                             ": convert them with .cast(f32)");
        const Shape &a = in[0].shape, &b = in[1].shape;
        const int last_a = a.rank() - 1, last_b = b.rank() - 1;
        const Index rows = a[last_a - !transpose_a], inner_a = a[last_a - transpose_a];
        const Index inner_b = b[last_b - !transpose_b], columns = b[last_b - transpose_b];
        if (inner_a != inner_b)
            want_equal_inner(matrix(a, transpose_a), inner_a, matrix(b, transpose_b), inner_b);
        if (last_a == 1 && last_b == 1) return {{rows, columns}, dtype};
        Shape::Sizes sizes = broadcast(name(), batch(a), batch(b)).sizes();
        sizes.push_back(rows);
        sizes.push_back(columns);
        return {Shape(sizes), dtype};
    }
    void eval(ConstViews in, View out) const override {
        kernels::matmul(in[0], transpose_a, in[1], transpose_b, out);
    }
    kernels::Prepared prepare(Specs in, const Spec& out) const override {
        return kernels::prepare_matmul(in[0], transpose_a, in[1], transpose_b, out);
    }
    double flops(Specs in, const Spec& out) const noexcept override {
        const Shape& a = in[0].shape;
        return 2.0 * static_cast<double>(out.size() * a[a.rank() - (transpose_a ? 2 : 1)]);
    }
    Tensor adjoint(int i, Tensors in, const Tensor& g) const override {
        const Tensor &a = in[0], &b = in[1];
        if (i == 0)
            return transpose_a ? product(b, transpose_b, g, true)
                               : product(g, false, b, !transpose_b);
        // One matrix that multiplied a batch: one product over all rows, rather than a sum of many.
        if (b.rank() == 2 && a.rank() > 2 && !transpose_a) {
            const Tensor rows = rows_of(a), rows_g = rows_of(g);
            return transpose_b ? product(rows_g, true, rows, false)
                               : product(rows, true, rows_g, false);
        }
        return transpose_b ? product(g, true, a, transpose_a) : product(a, !transpose_a, g, false);
    }

    // A matrix times a column of each example is one product of it and all columns. A column times
    // a row of each is no sum, so the evaluator may go on with the products as they are made.
    Tensor batched(const MappedInputs& in) const override {
        const Tensor &a = in[0], &b = in[1];
        if (in.mapped(0) && in.mapped(1) && a.rank() == 3 && b.rank() == 3 &&
            a.shape()[2 - transpose_a] == 1)
            return reshape(a, Shape{in.size(), a.size() / in.size(), 1}) *
                   reshape(b, Shape{in.size(), 1, b.size() / in.size()});
        if (!in.mapped(0) && a.rank() == 2 && in.rank(1) == 2 && b.shape()[2 - transpose_b] == 1) {
            const Tensor columns = reshape(b, Shape{in.size(), b.size() / in.size()});
            return expand_dims(product(columns, false, a, !transpose_a), 2);
        }
        const int rank = std::max(in.rank(0), in.rank(1));
        return product(in.aligned(0, rank), transpose_a, in.aligned(1, rank), transpose_b);
    }

    static Shape matrix(const Shape& stored, bool transposed) {
        Shape::Sizes sizes = stored.sizes();
        if (transposed) std::swap(sizes[stored.rank() - 2], sizes[stored.rank() - 1]);
        return Shape(sizes);
    }
    static Shape batch(const Shape& shape) {
        const Shape::Sizes sizes = shape.sizes();
        return Shape(std::span(sizes.begin(), sizes.end() - 2));
    }
};

Tensor product(const Tensor& a, bool transpose_a, const Tensor& b, bool transpose_b) {
    return record(Matmul(transpose_a, transpose_b), a, b);
}

// A matrix, or the matrix whose transpose it is, whether that is known or pending: BLAS's bits may
// differ between the two, and nobody's looking at a value may change others.
struct Operand {
    Tensor tensor;
    bool transposed = false;

    explicit Operand(const Tensor& x) : tensor(x) {
        const Node& node = *x.node();
        // A constant stays the operand: no gradient may reach its input.
        if (!node.at_home() || !node.op || node.has(Node::constant)) return;
        if (typeid(*node.op) != typeid(detail::Transpose)) return;
        const auto& op = static_cast<const detail::Transpose&>(*node.op);
        if (!op.swaps_last_two(x.rank())) return;
        const Tensor& input = node.inputs()[0];
        // To turn a known matrix back costs less than to compute its input again.
        tensor = node.data && !input.node()->data ? record(detail::Transpose(op), x) : input;
        transposed = true;
    }
};

}  // namespace

Tensor matmul(const Tensor& a, const Tensor& b) {
    if (a.rank() == 0 || b.rank() == 0)
        fail<ShapeError>("matmul", "can't multiply ", a.shape(), " x ", b.shape(),
                         ": a scalar is no matrix, use *");
    if (a.rank() > 1 && b.rank() > 1) {
        const Operand left(a), right(b);
        return product(left.tensor, left.transposed, right.tensor, right.transposed);
    }
    // Vectors are rows on the left, columns on the right; the axis added for that is removed again.
    want_equal_inner(a.shape(), a.shape().back(), b.shape(), b.shape()[std::max(0, b.rank() - 2)]);
    if (b.rank() == 1) return squeeze(matmul(a, expand_dims(b, 1)), -1);
    return squeeze(matmul(expand_dims(a, 0), b), -2);
}

}  // namespace shikumi
