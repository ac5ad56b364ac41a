#include <shikumi/nn/attention.hpp>

#include <cmath>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn {

namespace {

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

// (queries, keys): true where the key doesn't come after the query.
Tensor causal_mask(Index queries, Index keys) {
    return expand_dims(arange(queries), 1) >= expand_dims(arange(keys), 0);
}

// softmax over the last axis, of what the mask lets through; zeros where that is nothing. What is
// hidden has a finite score: a row of nothing but -inf would be NaN.
Tensor shares(const Tensor& scores, const Tensor& mask) {
    if (!mask.defined()) return softmax(scores);
    const double hidden = scores.dtype() == f32 ? -1e30 : -1e300;
    return where(mask, softmax(where(mask, scores, hidden)), 0);
}

Tensor scores_of(const Tensor& query, const Tensor& key, double scale) {
    return matmul(query * scale, with_last_two_swapped(key));
}

// What an attention layer is called with.
struct Inputs {
    Tensor query, value, key, mask;
};

Inputs inputs_of(std::string_view layer, std::vector<Tensor> given, bool causal) {
    Inputs in;
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
            in.mask = both(in.mask, expand_dims(mask, 1));
    }
    if (causal) in.mask = both(in.mask, causal_mask(queries, keys));
    return in;
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
    if (options.mask.defined() && options.mask.dtype() != bool_)
        fail<DTypeError>(name, "wants a mask of bool, got ", options.mask.spec());
    const double scale =
        options.scale.value_or(1 / std::sqrt(static_cast<double>(query.shape().back())));
    const Tensor mask =
        options.causal ? both(options.mask, causal_mask(queries, keys)) : options.mask;
    return matmul(shares(scores_of(query, key, scale), mask), value);
}

Attention::Attention(const AttentionLayerOptions& options)
    : Layer({.name = options.name, .dtype = options.dtype}),
      options_(options),
      dropout_(options.dropout) {}

void Attention::build_all(const std::vector<Spec>&) {
    if (options_.use_scale) scale_ = add_weight("scale", {}, ones_init());
    if (options_.score_mode == Score::concat)
        concat_score_weight_ = add_weight("concat_score_weight", {}, ones_init());
}

void Attention::check_input(const Tensor& x) {
    if (x.dtype() != bool_) Layer::check_input(x);
}

std::vector<Tensor> Attention::call_all(const std::vector<Tensor>& inputs, Mode mode) {
    const Inputs in = inputs_of("attention", inputs, options_.use_causal_mask);
    if (in.query.shape().back() != in.key.shape().back())
        fail<ShapeError>("attention", "query ", in.query.shape(), " and key ", in.key.shape(),
                         " want the same number of features");
    Tensor scores;
    if (options_.score_mode == Score::dot) {
        scores = scores_of(in.query, in.key, 1);
        if (scale_.defined()) scores = scores * scale_;
    } else {
        Tensor pairs = expand_dims(in.query, 2) + expand_dims(in.key, 1);
        if (scale_.defined()) pairs = pairs * scale_;
        scores = sum(tanh(pairs), -1) * concat_score_weight_;
    }
    return {matmul(dropout_(shares(scores, in.mask), mode), in.value)};
}

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
                                                                  Index features, Index dim) {
    Projection projection;
    projection.kernel =
        add_weight(name + "/kernel", {features, num_heads_, dim}, options_.kernel_initializer);
    if (options_.use_bias)
        projection.bias = add_weight(name + "/bias", {num_heads_, dim}, options_.bias_initializer);
    return projection;
}

void MultiHeadAttention::build_all(const std::vector<Spec>& inputs) {
    const auto features = [&](std::size_t input) {
        const Spec& spec = inputs[std::min(input, inputs.size() - 1)];
        if (spec.shape.rank() != 3)
            fail<ShapeError>("multi_head_attention", "takes (batch, steps, features), got ",
                             spec.shape);
        return spec.shape.back();
    };
    const std::size_t tensors =
        inputs.size() > 1 && inputs.back().dtype == bool_ ? inputs.size() - 1 : inputs.size();
    const Index value_dim = options_.value_dim.value_or(key_dim_);
    const Index outputs = options_.output_shape.value_or(features(0));
    query_ = add_projection("query", features(0), key_dim_);
    key_ = add_projection("key", features(tensors > 2 ? 2 : tensors - 1), key_dim_);
    value_ = add_projection("value", features(tensors > 1 ? 1 : 0), value_dim);
    output_.kernel = add_weight("attention_output/kernel", {num_heads_, value_dim, outputs},
                                options_.kernel_initializer);
    if (options_.use_bias)
        output_.bias = add_weight("attention_output/bias", {outputs}, options_.bias_initializer);
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
    const Inputs in = inputs_of("multi_head_attention", inputs, options_.use_causal_mask);
    const Tensor scores = scores_of(heads(in.query, query_), heads(in.key, key_),
                                    1 / std::sqrt(static_cast<double>(key_dim_)));
    const Tensor mask =
        in.mask.defined() && in.mask.rank() == 3 ? expand_dims(in.mask, 1) : in.mask;
    const Tensor mixed = matmul(dropout_(shares(scores, mask), mode), heads(in.value, value_));

    const Index width = output_.kernel.shape()[0] * output_.kernel.shape()[1];
    const Tensor joined =
        reshape(transpose(mixed, {0, 2, 1, 3}), {in.query.shape()[0], in.query.shape()[1], width});
    const Tensor y =
        matmul(joined, reshape(output_.kernel, {width, output_.kernel.shape().back()}));
    return {output_.bias.defined() ? y + output_.bias : y};
}

std::string MultiHeadAttention::config() const {
    return sentence("MultiHeadAttention ", num_heads_, " heads of ", key_dim_);
}

}  // namespace shikumi::nn
