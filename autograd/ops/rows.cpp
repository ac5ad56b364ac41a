// Rows of a table by index, for steps that change only a few of them.
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/kernels/gather.hpp>
#include <shikumi/autograd/ops/detail/dtype_checks.hpp>
#include <shikumi/autograd/ops/detail/rows.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::detail {

namespace {

// out = indices, whole numbers in [0, size); a constant
struct CheckedIndices final : General {
    CheckedIndices(std::string_view o, Index s, bool e) : op(o), size(s), from_end(e) {}
    bool operator==(const CheckedIndices&) const = default;
    bool can_fail() const noexcept override { return true; }
    std::string_view name() const noexcept override { return "checked_indices"; }
    Spec infer(Specs in) const override {
        if (!is_floating(in[0].dtype)) want_indices(op, in[0]);
        return {in[0].shape, i64};
    }
    void eval(ConstViews in, View out) const override {
        kernels::checked_indices(op, in[0], size, from_end, out);
    }
    Tensor vjp(int, Tensors, const Tensor&, const Tensor&) const override { return {}; }
    Tensor batched(const MappedInputs& in) const override {
        return record(CheckedIndices(op, size, from_end), in[0]);
    }

    std::string_view op;  // that the user called
    Index size;
    bool from_end;
};

// out = x, then out[indices[i]] = rows[i]; by x: g except at those rows;
// by rows: g of each row that was put last
struct PutRows final : General {
    std::string_view name() const noexcept override { return "put_rows"; }
    bool in_place() const noexcept override { return true; }
    Spec infer(Specs in) const override {
        const Spec &x = in[0], &rows = in[2];
        Shape::Sizes wanted = in[1].shape.sizes();
        for (int i = 1; i < x.shape.rank(); ++i) wanted.push_back(x.shape[i]);
        if (rows.dtype != x.dtype)
            fail<DTypeError>(name(), "wants rows of the table's dtype: cast ", rows, " to ",
                             x.dtype);
        if (rows.shape != Shape(wanted))
            fail<ShapeError>(name(), "rows for indices ", in[1].shape, " of ", x.shape, " are ",
                             Shape(wanted), ", got ", rows.shape);
        return x;
    }
    void eval(ConstViews in, View out) const override {
        kernels::put_rows(in[0], in[1], in[2], out);
    }
    Tensor vjp(int i, Tensors in, const Tensor&, const Tensor& g) const override {
        const Tensor& indices = in[1];
        if (i == 0) return put_rows(g, indices, zeros_like(in[2]));
        if (i == 1) return {};
        const Tensor number = reshape(arange(indices.size()), indices.shape());
        const Tensor last = put_rows(full({g.shape().front()}, 0, i64), indices, number);
        Shape::Sizes sizes = indices.shape().sizes();
        for (int i = indices.rank(); i < in[2].rank(); ++i) sizes.push_back(1);
        return where(reshape(equal(take(last, indices), number), Shape(sizes)), take(g, indices),
                     0);
    }
};

// out[i] = Σ rows[j] over all j with indices[j] = indices[i]; g likewise
struct SumByIndex final : Multilinear {
    std::string_view name() const noexcept override { return "sum_by_index"; }
    Spec infer(Specs in) const override {
        want_indices(name(), in[1]);
        numeric_spec(name(), in.first(1));
        const Shape &rows = in[0].shape, &indices = in[1].shape;
        bool fits = rows.rank() >= indices.rank();
        for (int i = 0; fits && i < indices.rank(); ++i) fits = rows[i] == indices[i];
        if (!fits) fail<ShapeError>(name(), "rows ", rows, " want an index each, got ", indices);
        return in[0];
    }
    void eval(ConstViews in, View out) const override { kernels::sum_by_index(in[0], in[1], out); }
    Tensor adjoint(int i, Tensors in, const Tensor& g) const override {
        return i == 0 ? record(SumByIndex{}, g, in[1]) : Tensor();
    }
};

}  // namespace

Tensor checked_indices(StaticName op, const Tensor& indices, Index size, bool from_end) {
    return record(CheckedIndices(op.text, size, from_end), indices);
}

Tensor put_rows(const Tensor& x, const Tensor& indices, const Tensor& rows) {
    if (x.rank() == 0) fail<ShapeError>("put_rows", "takes a table of rows, got ", x.spec());
    return record(PutRows{}, x, checked_indices("put_rows", indices, x.shape().front(), true),
                  rows);
}

Tensor sum_by_index(const Tensor& rows, const Tensor& indices) {
    return record(SumByIndex{}, rows, indices);
}

}  // namespace shikumi::detail
