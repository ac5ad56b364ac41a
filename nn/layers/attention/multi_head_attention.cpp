#include <shikumi/nn/layers/attention/multi_head_attention.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layers/attention/detail/attended_axes.hpp>
#include <shikumi/nn/layers/attention/detail/scores.hpp>

namespace shikumi::nn {

MultiHeadAttention::MultiHeadAttention(Index num_heads, Index key_dim,
                                       const MultiHeadAttentionOptions& options)
    : Layer({.name = options.name, .dtype = options.dtype}),
      num_heads_(num_heads),
      key_dim_(key_dim),
      options_(options),
      dropout_(options.dropout) {
    for (const Index size : {num_heads, key_dim, options.value_dim.value_or(key_dim),
                             options.output_shape.value_or(1)}) {
        if (size <= 0)
            fail<ValueError>("multi_head_attention", "the sizes must be positive, got ", size);
    }
}

MultiHeadAttention::Projection MultiHeadAttention::add_projection(const std::string& name,
                                                                  const Shape& kernel,
                                                                  const Shape& bias) {
    Projection projection;
    projection.kernel = add_weight(
        name + "/kernel", kernel, options_.kernel_initializer,
        {.regularizer = options_.kernel_regularizer, .constraint = options_.kernel_constraint});
    if (options_.use_bias)
        projection.bias = add_weight(
            name + "/bias", bias, options_.bias_initializer,
            {.regularizer = options_.bias_regularizer, .constraint = options_.bias_constraint});
    return projection;
}

void MultiHeadAttention::build_all(const std::vector<Spec>& inputs) {
    check_given(inputs.size());
    const auto features = [&](std::size_t input) {
        const Spec& spec = inputs[std::min(input, inputs.size() - 1)];
        const detail::AttendedAxes checked("multi_head_attention", options_.attention_axes,
                                           spec.shape.rank());
        return spec.shape.back();
    };
    const std::size_t tensors =
        inputs.size() > 1 && inputs.back().dtype == bool_ ? inputs.size() - 1 : inputs.size();
    const Index value_dim = options_.value_dim.value_or(key_dim_);
    const Index outputs = options_.output_shape.value_or(features(0));
    const auto of_heads = [&](const std::string& name, Index in, Index dim) {
        return add_projection(name, {in, num_heads_, dim}, {num_heads_, dim});
    };
    query_ = of_heads("query", features(0), key_dim_);
    key_ = of_heads("key", features(tensors > 2 ? 2 : tensors - 1), key_dim_);
    value_ = of_heads("value", features(tensors > 1 ? 1 : 0), value_dim);
    output_ = add_projection("attention_output", {num_heads_, value_dim, outputs}, {outputs});
}

void MultiHeadAttention::check_input(const Tensor& x) {
    if (x.dtype() != bool_) Layer::check_input(x);
}

// (batch, steps, features) to (batch, heads, steps, dim).
Tensor MultiHeadAttention::heads(const Tensor& x, const Projection& projection) const {
    const Index features = projection.kernel.shape().front(),
                dim = projection.kernel.shape().back();
    if (x.shape().back() != features)
        fail<ShapeError>("multi_head_attention", "wants ", features, " features, got ", x.shape());
    Tensor y = matmul(x, reshape(projection.kernel, {features, num_heads_ * dim}));
    if (projection.bias.defined()) y = y + reshape(projection.bias, {num_heads_ * dim});
    return transpose(reshape(y, {x.shape()[0], x.shape()[1], num_heads_, dim}), {0, 2, 1, 3});
}

std::vector<Tensor> MultiHeadAttention::call_all(const std::vector<Tensor>& inputs, Mode mode) {
    constexpr std::string_view name = "multi_head_attention";
    check_given(inputs.size());
    const bool shares_steps = inputs.size() < 2 || inputs[1].dtype() == bool_;
    const Shape &query = inputs.front().shape(), &key = inputs[shares_steps ? 0 : 1].shape();
    const detail::AttendedAxes axes(name, options_.attention_axes, query.rank());
    std::vector<Tensor> given;
    for (const Tensor& x : inputs) {
        if (x.dtype() == bool_) {
            given.push_back(axes.fold_mask(x, query));
            continue;
        }
        if (x.rank() != query.rank() || axes.batch(x.shape()) != axes.batch(query))
            fail<ShapeError>(name, "query ", query, " and ", x.shape(),
                             " differ in axes that aren't attended over");
        given.push_back(axes.fold(x));
        if (const Tensor steps = mask_of(x); steps.defined() && given.back().node() != x.node())
            CallContext::current()->set_mask(given.back(), axes.fold_steps(steps, x));
    }
    const detail::AttentionInputs in =
        detail::inputs_of(name, std::move(given), options_.use_causal_mask);
    const Tensor scores = detail::scores_of(heads(in.query, query_), heads(in.key, key_),
                                            1 / std::sqrt(static_cast<double>(key_dim_)));
    const Tensor mask =
        in.mask.defined() && in.mask.rank() == 3 ? expand_dims(in.mask, 1) : in.mask;
    const Tensor weights = detail::shares(scores, mask);
    const Tensor mixed = matmul(dropout_(weights, mode), heads(in.value, value_));

    const Index width = output_.kernel.shape()[0] * output_.kernel.shape()[1];
    const Tensor joined =
        reshape(transpose(mixed, {0, 2, 1, 3}), {in.query.shape()[0], in.query.shape()[1], width});
    Tensor y = matmul(joined, reshape(output_.kernel, {width, output_.kernel.shape().back()}));
    if (output_.bias.defined()) y = y + output_.bias;
    y = axes.unfold(y, query);
    if (!options_.return_attention_scores) return {y};

    std::vector<Index> sizes = axes.batch(query);
    sizes.push_back(num_heads_);
    for (const Shape& attended : {query, key}) {
        for (const Index size : axes.steps(attended)) sizes.push_back(size);
    }
    return {y, reshape(weights, Shape(sizes))};
}

std::string MultiHeadAttention::config() const {
    return sentence("MultiHeadAttention ", num_heads_, " heads of ", key_dim_);
}

}  // namespace shikumi::nn
