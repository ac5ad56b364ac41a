// Sorting reads through the sorted positions, so its derivatives are those of reading by index.
#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/kernels/sort.hpp>
#include <shikumi/autograd/ops/detail/axes.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi {

namespace {

// out = the positions of the first `count` elements in order; a constant
struct ArgSort final : General {
    ArgSort(int a, bool d, Index n) : axis(a), descending(d), count(n) {}
    bool operator==(const ArgSort&) const = default;
    std::string_view name() const noexcept override { return "argsort"; }
    Spec infer(Specs in) const override {
        Shape::Sizes sizes = in[0].shape.sizes();
        sizes[axis] = count;
        return {Shape(sizes), i64};
    }
    void eval(ConstViews in, View out) const override {
        kernels::arg_sort(descending, in[0], axis, out);
    }
    Tensor vjp(int, Tensors, const Tensor&, const Tensor&) const override { return {}; }
    Tensor batched(const MappedInputs& in) const override {
        return record(ArgSort(axis + 1, descending, count), in[0]);
    }

    int axis;
    bool descending;
    Index count;
};

Tensor places(const Tensor& x, int axis, bool descending) {
    return record(ArgSort(axis, descending, x.shape()[axis]), x);
}

}  // namespace

Tensor argsort(const Tensor& x, Integer axis, Boolean descending) {
    return places(x, normalize_axis("argsort", axis, x.rank()), descending);
}

Tensor sort(const Tensor& x, Integer axis, Boolean descending) {
    const int at = normalize_axis("sort", axis, x.rank());
    return take_along_axis(x, places(x, at, descending), at);
}

TopKResult topk(const Tensor& x, Integer k, Integer axis, Boolean largest) {
    const int at = normalize_axis("topk", axis, x.rank());
    if (k < 0 || k > x.shape()[at])
        fail<ValueError>("topk", "wants 0 to ", x.shape()[at], " elements of axis ", at, " of ",
                         x.shape(), ", got ", Index{k});
    const Tensor indices = record(ArgSort(at, largest, k), x);
    return {take_along_axis(x, indices, at), indices};
}

}  // namespace shikumi
