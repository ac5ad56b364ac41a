// How each family of operations turns its one rule into both modes of differentiation.
#include <algorithm>

#include <shikumi/autograd/graph/node.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi {

namespace {

// A constant partial: the literal that an operation gave instead of a whole tensor of it.
bool is_literal(const Tensor& t, double value) {
    const Node& node = *t.node();
    return node.op == nullptr && node.data == node.scalar && is_floating(node.dtype) &&
           t.item<double>() == value;
}

// A partial that is an input may have the value 1 and is a variable all the same.
Tensor times(const Tensor& partial, Tensors in, const Tensor& g) {
    const bool literal = std::none_of(in.begin(), in.end(),
                                      [&](const Tensor& t) { return t.node() == partial.node(); });
    if (literal && is_literal(partial, 1)) return g;
    if (literal && is_literal(partial, -1)) return -g;
    return partial * g;
}

}  // namespace

Tensor Pointwise::vjp(int i, Tensors in, const Tensor& out, const Tensor& cotangent) const {
    const Tensor partial = this->partial(i, in, out);
    if (!partial.defined()) return {};
    return times(partial, in, shikumi::cast(cotangent, partial.dtype()));
}

Tensor Pointwise::jvp(Tensors in, const Tensor& out, Tensors tangents) const {
    Tensor total;
    for (std::size_t i = 0; i < in.size(); ++i) {
        if (!tangents[i].defined()) continue;
        const Tensor partial = this->partial(static_cast<int>(i), in, out);
        if (!partial.defined()) continue;
        const Tensor term = shikumi::cast(times(partial, in, tangents[i]), out.dtype());
        total = total.defined() ? total + term : term;
    }
    return total.defined() ? total : zeros_like(out);
}

Tensor Multilinear::jvp(Tensors in, const Tensor& out, Tensors tangents) const {
    Tensor total;
    for (std::size_t i = 0; i < in.size(); ++i) {
        if (!tangents[i].defined()) continue;
        std::vector<Tensor> replaced(in.begin(), in.end());
        replaced[i] = tangents[i];
        retain();
        const Tensor term = detail::record(*this, replaced);
        total = total.defined() ? total + term : term;
    }
    return total.defined() ? total : zeros_like(out);
}

// The members of Tensor that are operations.
Tensor Tensor::cast(DType dtype) const { return shikumi::cast(*this, dtype); }
Tensor Tensor::reshape(std::initializer_list<Index> sizes) const {
    return shikumi::reshape(*this, sizes);
}

}  // namespace shikumi
