#include <shikumi/nn/layers/attention/detail/scores.hpp>

#include <utility>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/call_context.hpp>
#include <shikumi/nn/detail/masks.hpp>
#include <shikumi/nn/layers/detail/hidden_score.hpp>

namespace shikumi::nn::detail {

Tensor with_last_two_swapped(const Tensor& x) {
    std::vector<int> axes(static_cast<std::size_t>(x.rank()));
    for (int i = 0; i < x.rank(); ++i) axes[static_cast<std::size_t>(i)] = i;
    std::swap(axes[axes.size() - 1], axes[axes.size() - 2]);
    return transpose(x, axes);
}

Tensor both(const Tensor& a, const Tensor& b) {
    if (!a.defined()) return b;
    return b.defined() ? logical_and(a, b) : a;
}

Tensor causal_mask(Index queries, Index keys) {
    return expand_dims(arange(queries), 1) >= expand_dims(arange(keys), 0);
}

Tensor scores_of(const Tensor& query, const Tensor& key, double scale) {
    return matmul(query * scale, with_last_two_swapped(key));
}

Tensor shares(const Tensor& scores, const Tensor& mask) {
    if (!mask.defined()) return softmax(scores);
    return where(mask, softmax(where(mask, scores, hidden_score(scores.dtype()))), 0);
}

AttentionInputs inputs_of(std::string_view layer, std::vector<Tensor> given, bool causal) {
    AttentionInputs in;
    if (given.size() > 1 && given.back().dtype() == bool_) {
        in.mask = given.back();
        given.pop_back();
    }
    if (given.empty() || given.size() > 3)
        fail<ShapeError>(layer, "takes a query, a value, a key and a mask at most, got ",
                         given.size(), " tensors that aren't bool");
    in.query = given.front();
    in.value = given.size() > 1 ? given[1] : in.query;
    in.key = given.size() > 2 ? given[2] : in.value;
    for (const Tensor& x : {in.query, in.value, in.key}) {
        if (x.rank() != 3)
            fail<ShapeError>(layer, "takes (batch, steps, features), got ", x.shape());
    }
    const Index batch = in.query.shape()[0], queries = in.query.shape()[1];
    const Index keys = in.key.shape()[1];
    if (in.key.shape()[0] != batch || in.value.shape()[0] != batch || in.value.shape()[1] != keys)
        fail<ShapeError>(layer, "query ", in.query.shape(), ", value ", in.value.shape(),
                         " and key ", in.key.shape(),
                         " don't fit: they have one batch, value and key one length");
    if (in.mask.defined() && in.mask.shape() != Shape{batch, queries, keys})
        fail<ShapeError>(layer, "the mask is ", in.mask.shape(), ", wanted ",
                         Shape{batch, queries, keys});
    for (const Tensor& x : {in.value, in.key}) {
        if (const Tensor mask = mask_of(x); mask.defined())
            in.mask = both(in.mask, expand_dims(beside(mask, 2), 1));
    }
    if (causal) in.mask = both(in.mask, causal_mask(queries, keys));
    return in;
}

}  // namespace shikumi::nn::detail
