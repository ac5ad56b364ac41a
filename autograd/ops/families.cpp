// Both modes of differentiation from the one rule that an operation of each family states.
#include <algorithm>

#include <shikumi/autograd/graph/node.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/ops/detail/axes.hpp>
#include <shikumi/autograd/ops/detail/gradients.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi {

namespace {

// Whether a partial is the literal `value`, which an operation gives instead of a whole tensor of
// it.
bool is_literal(const Tensor& t, double value) {
    const Node& node = *t.node();
    return node.op == nullptr && node.data == node.scalar && is_floating(node.spec.dtype) &&
           t.item<double>() == value;
}

// partial · g by `multiply`; undefined where the partial is.
Tensor product(const Tensor& partial, Tensors in, const Tensor& g,
               Tensor (*multiply)(const Tensor&, const Tensor&)) {
    if (!partial.defined()) return {};
    const Tensor cotangent = g.dtype() == partial.dtype() ? g : shikumi::cast(g, partial.dtype());
    // A partial that is an input is a variable even if its value is 1.
    const bool literal = std::none_of(in.begin(), in.end(),
                                      [&](const Tensor& t) { return t.node() == partial.node(); });
    if (literal && is_literal(partial, 1)) return cotangent;
    if (literal && is_literal(partial, -1)) return -cotangent;
    return multiply(partial, cotangent);
}

}  // namespace

Tensor Pointwise::partial(int, Tensors, const Tensor&) const { return {}; }

Tensor Pointwise::times_partial(int i, Tensors in, const Tensor& out, const Tensor& g) const {
    return product(this->partial(i, in, out), in, g, operator*);
}

Tensor Pointwise::vjp(int i, Tensors in, const Tensor& out, const Tensor& cotangent) const {
    return times_partial(i, in, out, cotangent);
}

// A tangent of 0, which an operation that chooses gives for what it left out, stays 0 below an
// infinite partial.
Tensor Pointwise::jvp(Tensors in, const Tensor& out, Tensors tangents) const {
    Tensor total;
    for (std::size_t i = 0; i < in.size(); ++i) {
        if (!tangents[i].defined()) continue;
        const int number = static_cast<int>(i);
        const Tensor partial = this->partial(number, in, out);
        const Tensor pushed = partial.defined()
                                  ? product(partial, in, tangents[i], detail::multiply_no_nan)
                                  : times_partial(number, in, out, tangents[i]);
        if (!pushed.defined()) continue;
        detail::add_to(total, shikumi::cast(pushed, out.dtype()));
    }
    return total.defined() ? total : zeros_like(out);
}

Tensor Multilinear::jvp(Tensors in, const Tensor& out, Tensors tangents) const {
    Tensor total;
    for (std::size_t i = 0; i < in.size(); ++i) {
        if (!tangents[i].defined()) continue;
        std::vector<const Node*> replaced;
        for (const Tensor& t : in) replaced.push_back(t.node());
        replaced[i] = tangents[i].node();
        retain();
        detail::add_to(total, detail::record(*this, replaced));
    }
    return total.defined() ? total : zeros_like(out);
}

void detail::add_to(Tensor& sum, const Tensor& term) {
    if (term.defined()) sum = sum.defined() ? sum + term : term;
}

Tensor MappedInputs::whole(std::size_t i) const {
    const Tensor& x = inputs_[i];
    return mapped(i) ? x : broadcast_to(x, detail::with_front_axis(size_, x.shape()));
}

Tensor MappedInputs::joined(std::size_t i) const {
    const Tensor x = whole(i);
    Shape::Sizes sizes;
    sizes.push_back(size_ * x.shape()[1]);
    for (int axis = 2; axis < x.rank(); ++axis) sizes.push_back(x.shape()[axis]);
    return reshape(x, Shape(sizes));
}

Tensor MappedInputs::parted(const Tensor& result) const {
    const Shape& shape = result.shape();
    return reshape(result, detail::with_front_axis(size_, shape.with_front(shape.front() / size_)));
}

Tensor MappedInputs::aligned(std::size_t i, int rank) const {
    const Tensor& x = inputs_[i];
    if (!mapped(i) || x.rank() > rank) return x;
    Shape::Sizes sizes;
    sizes.push_back(size_);
    for (int missing = rank - (x.rank() - 1); missing > 0; --missing) sizes.push_back(1);
    for (int axis = 1; axis < x.rank(); ++axis) sizes.push_back(x.shape()[axis]);
    return reshape(x, Shape(sizes));
}

// The members of Tensor that are operations.
Tensor Tensor::cast(DType dtype) const { return shikumi::cast(*this, dtype); }
Tensor Tensor::reshape(std::initializer_list<Index> sizes) const {
    return shikumi::reshape(*this, sizes);
}

}  // namespace shikumi
