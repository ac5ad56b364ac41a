#include <shikumi/nn/layers/attention/scaled_dot_product_attention.hpp>

#include <cmath>
#include <string_view>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layers/attention/detail/scores.hpp>

namespace shikumi::nn {

namespace {

// Throws unless the mask broadcasts to the scores without enlarging them.
void check_mask(std::string_view name, const Tensor& mask, const Shape& scores) {
    if (mask.dtype() != bool_) fail<DTypeError>(name, "wants a mask of bool, got ", mask.spec());
    bool fits = mask.rank() <= scores.rank();
    for (int i = 1; fits && i <= mask.rank(); ++i) {
        const Index n = mask.shape()[mask.rank() - i];
        fits = n == 1 || n == scores[scores.rank() - i];
    }
    if (!fits)
        fail<ShapeError>(name, "the mask is ", mask.shape(), ", wanted one that broadcasts to ",
                         scores);
}

}  // namespace

Tensor scaled_dot_product_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                    const AttentionOptions& options) {
    constexpr std::string_view name = "scaled_dot_product_attention";
    for (const Tensor& x : {query, key, value}) {
        if (x.rank() < 2) fail<ShapeError>(name, "takes (…, steps, features), got ", x.shape());
    }
    const Index queries = query.shape()[query.rank() - 2], keys = key.shape()[key.rank() - 2];
    if (query.shape().back() != key.shape().back() || value.shape()[value.rank() - 2] != keys)
        fail<ShapeError>(name, "query ", query.shape(), ", key ", key.shape(), " and value ",
                         value.shape(),
                         " don't fit: queries and keys have the same features, keys and values "
                         "the same steps");
    const double scale =
        options.scale.value_or(1 / std::sqrt(static_cast<double>(query.shape().back())));
    const Tensor scores = detail::scores_of(query, key, scale);
    if (options.mask.defined()) check_mask(name, options.mask, scores.shape());
    const Tensor mask = options.causal
                            ? detail::both(options.mask, detail::causal_mask(queries, keys))
                            : options.mask;
    return matmul(detail::shares(scores, mask), value);
}

}  // namespace shikumi::nn
