#include <shikumi/nn/layers/attention/attention.hpp>

#include <cmath>
#include <functional>
#include <numeric>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/detail/axes.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layers/detail/hidden_score.hpp>

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

// softmax over the last axis, of what the mask lets through; zeros where that is nothing.
Tensor shares(const Tensor& scores, const Tensor& mask) {
    if (!mask.defined()) return softmax(scores);
    return where(mask, softmax(where(mask, scores, detail::hidden_score(scores.dtype()))), 0);
}

Tensor scores_of(const Tensor& query, const Tensor& key, double scale) {
    return matmul(query * scale, with_last_two_swapped(key));
}

// Refuses a mask that doesn't stretch to the scores, or would stretch them.
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

// How (batch, axes…, features) is arranged: the batch, axes that are not attended over, those that
// are, the features.
struct Order {
    std::vector<int> axes;
    int attended = 0;

    Order(std::string_view layer, const std::vector<int>& chosen, int rank) {
        if (rank < 3) fail<ShapeError>(layer, "takes (batch, steps, features), got rank ", rank);
        std::vector<int> inner;
        for (int i = 1; i < rank - 1; ++i) inner.push_back(i);
        const Axes over(chosen.empty() ? inner : chosen);
        const auto set = shikumi::detail::axis_set(layer, over, rank);
        if (shikumi::detail::holds(set, 0) || shikumi::detail::holds(set, rank - 1))
            fail<ShapeError>(layer, "attends over axes between batch and features only");
        axes.push_back(0);
        for (const bool is_attended : {false, true}) {
            for (const int i : inner) {
                if (shikumi::detail::holds(set, i) == is_attended) axes.push_back(i);
            }
        }
        attended = static_cast<int>(over.list().size());
        axes.push_back(rank - 1);
    }
    int others() const { return static_cast<int>(axes.size()) - 2 - attended; }
    bool plain() const { return axes.size() == 3; }

    // The sizes of x in this order, from place `first` to `end`.
    std::vector<Index> sizes(const Shape& x, int first, int end) const {
        std::vector<Index> list;
        for (int i = first; i < end; ++i) list.push_back(x[axes[static_cast<std::size_t>(i)]]);
        return list;
    }
    std::vector<Index> batch(const Shape& x) const { return sizes(x, 0, 1 + others()); }
    std::vector<Index> steps(const Shape& x) const {
        return sizes(x, 1 + others(), static_cast<int>(axes.size()) - 1);
    }
};

Index product(const std::vector<Index>& sizes) {
    return std::accumulate(sizes.begin(), sizes.end(), Index{1}, std::multiplies<>());
}

// (batch · others, attended, features).
Tensor folded(const Tensor& x, const Order& order) {
    if (order.plain()) return x;
    const Shape& shape = x.shape();
    return reshape(transpose(x, order.axes),
                   {product(order.batch(shape)), product(order.steps(shape)), shape.back()});
}

// The inverse, for a y with features of its own, where x was folded.
Tensor unfolded(const Tensor& y, const Order& order, const Shape& x) {
    if (order.plain()) return y;
    std::vector<Index> sizes = order.sizes(x, 0, x.rank() - 1);
    sizes.push_back(y.shape().back());
    std::vector<int> back(order.axes.size());
    for (std::size_t i = 0; i < back.size(); ++i)
        back[static_cast<std::size_t>(order.axes[i])] = static_cast<int>(i);
    return transpose(reshape(y, Shape(sizes)), back);
}

// A mask (batch, queries, keys) for each of the others.
Tensor folded_mask(const Tensor& mask, const Order& order, const Shape& query) {
    const Index others = product(order.sizes(query, 1, 1 + order.others()));
    if (others == 1 || mask.rank() != 3) return mask;
    const Shape& m = mask.shape();
    return reshape(broadcast_to(expand_dims(mask, 1), {m[0], others, m[1], m[2]}),
                   {m[0] * others, m[1], m[2]});
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
    const Tensor scores = scores_of(query, key, scale);
    if (options.mask.defined()) check_mask(name, options.mask, scores.shape());
    const Tensor mask =
        options.causal ? both(options.mask, causal_mask(queries, keys)) : options.mask;
    return matmul(shares(scores, mask), value);
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
    const Tensor weights = dropout_(shares(scores, in.mask), mode);
    Tensor y = matmul(weights, in.value);
    if (const Tensor mask = mask_of(in.query); mask.defined()) {
        y = where(expand_dims(mask, -1), y, 0);
        CallContext::current()->set_mask(y, mask);
    }
    if (options_.return_attention_scores) return {y, weights};
    return {y};
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
    const auto features = [&](std::size_t input) {
        const Spec& spec = inputs[std::min(input, inputs.size() - 1)];
        const Order checked("multi_head_attention", options_.attention_axes, spec.shape.rank());
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
    const bool shares_steps = inputs.size() < 2 || inputs[1].dtype() == bool_;
    const Shape &query = inputs.front().shape(), &key = inputs[shares_steps ? 0 : 1].shape();
    const Order order(name, options_.attention_axes, query.rank());
    std::vector<Tensor> given;
    for (const Tensor& x : inputs) {
        if (x.dtype() == bool_) {
            given.push_back(folded_mask(x, order, query));
            continue;
        }
        if (x.rank() != query.rank() || order.batch(x.shape()) != order.batch(query))
            fail<ShapeError>(name, "query ", query, " and ", x.shape(),
                             " differ in axes that aren't attended over");
        given.push_back(folded(x, order));
    }
    const Inputs in = inputs_of(name, std::move(given), options_.use_causal_mask);
    const Tensor scores = scores_of(heads(in.query, query_), heads(in.key, key_),
                                    1 / std::sqrt(static_cast<double>(key_dim_)));
    const Tensor mask =
        in.mask.defined() && in.mask.rank() == 3 ? expand_dims(in.mask, 1) : in.mask;
    const Tensor weights = shares(scores, mask);
    const Tensor mixed = matmul(dropout_(weights, mode), heads(in.value, value_));

    const Index width = output_.kernel.shape()[0] * output_.kernel.shape()[1];
    const Tensor joined =
        reshape(transpose(mixed, {0, 2, 1, 3}), {in.query.shape()[0], in.query.shape()[1], width});
    Tensor y = matmul(joined, reshape(output_.kernel, {width, output_.kernel.shape().back()}));
    if (output_.bias.defined()) y = y + output_.bias;
    y = unfolded(y, order, query);
    if (const Tensor seen = mask_of(inputs.front()); seen.defined())
        CallContext::current()->set_mask(y, seen);
    if (!options_.return_attention_scores) return {y};

    std::vector<Index> sizes = order.batch(query);
    sizes.push_back(num_heads_);
    for (const Shape& attended : {query, key}) {
        for (const Index size : order.steps(attended)) sizes.push_back(size);
    }
    return {y, reshape(weights, Shape(sizes))};
}

std::string MultiHeadAttention::config() const {
    return sentence("MultiHeadAttention ", num_heads_, " heads of ", key_dim_);
}

}  // namespace shikumi::nn
