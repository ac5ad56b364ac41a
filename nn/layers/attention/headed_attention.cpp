#include <shikumi/nn/layers/attention/headed_attention.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layers/attention/detail/attended_axes.hpp>
#include <shikumi/nn/layers/attention/detail/scores.hpp>

namespace shikumi::nn {

void HeadedAttention::check_sizes() const {
    for (const Index size : {heads_.queries, heads_.keys, heads_.key_dim, heads_.value_dim,
                             heads_.output_shape.value_or(1)}) {
        if (size <= 0) fail<ValueError>(error_name_, "the sizes must be positive, got ", size);
    }
    if (heads_.queries % heads_.keys != 0)
        fail<ValueError>(error_name_, heads_.keys, " heads of keys and values don't divide ",
                         heads_.queries, " heads of queries");
}

HeadedAttention::Projection HeadedAttention::add_projection(const std::string& name,
                                                            const Shape& kernel,
                                                            const Shape& bias) {
    Projection projection;
    projection.kernel =
        add_weight(name + "/kernel", kernel, kernels_.initializer, kernels_.options);
    if (use_bias_)
        projection.bias = add_weight(name + "/bias", bias, biases_.initializer, biases_.options);
    return projection;
}

void HeadedAttention::build_all(const std::vector<Spec>& inputs) {
    check_given(inputs.size());
    const auto features = [&](std::size_t input) {
        const Spec& spec = inputs[std::min(input, inputs.size() - 1)];
        const detail::AttendedAxes checked(error_name_, heads_.attention_axes, spec.shape.rank());
        return spec.shape.back();
    };
    const std::size_t tensors =
        inputs.size() > 1 && inputs.back().dtype == bool_ ? inputs.size() - 1 : inputs.size();
    const Index outputs = heads_.output_shape.value_or(features(0));
    const auto of_heads = [&](const std::string& name, Index in, Index count, Index dim) {
        return add_projection(name, {in, count, dim}, {count, dim});
    };
    query_ = of_heads("query", features(0), heads_.queries, heads_.key_dim);
    key_ = of_heads("key", features(tensors > 2 ? 2 : tensors - 1), heads_.keys, heads_.key_dim);
    value_ = of_heads("value", features(tensors > 1 ? 1 : 0), heads_.keys, heads_.value_dim);
    output_ =
        add_projection("attention_output", {heads_.queries, heads_.value_dim, outputs}, {outputs});
}

// (batch, steps, features) to (batch, heads, steps, dim).
Tensor HeadedAttention::projected(const Tensor& x, const Projection& projection) const {
    const Shape& kernel = projection.kernel.shape();
    const Index features = kernel[0], count = kernel[1], dim = kernel[2];
    if (x.shape().back() != features)
        fail<ShapeError>(error_name_, "wants ", features, " features, got ", x.shape());
    Tensor y = matmul(x, reshape(projection.kernel, {features, count * dim}));
    if (projection.bias.defined()) y = y + reshape(projection.bias, {count * dim});
    return transpose(reshape(y, {x.shape()[0], x.shape()[1], count, dim}), {0, 2, 1, 3});
}

// (batch, heads, …) to (batch, heads of keys, group, …).
Tensor HeadedAttention::grouped(const Tensor& x) const {
    const Shape& s = x.shape();
    return reshape(x, {s[0], heads_.keys, heads_.queries / heads_.keys, s[2], s[3]});
}

// a · b for each head of `a` and the head of keys or values that serves it.
Tensor HeadedAttention::mix(const Tensor& a, const Tensor& of_keys) const {
    if (heads_.queries == heads_.keys) return matmul(a, of_keys);
    const Tensor y = matmul(grouped(a), expand_dims(of_keys, 2));
    const Shape& s = y.shape();
    return reshape(y, {s[0], heads_.queries, s[3], s[4]});
}

std::vector<Tensor> HeadedAttention::call_all(const std::vector<Tensor>& inputs, Mode mode) {
    check_given(inputs.size());
    const bool shares_steps = inputs.size() < 2 || inputs[1].dtype() == bool_;
    const Shape &query = inputs.front().shape(), &key = inputs[shares_steps ? 0 : 1].shape();
    const detail::AttendedAxes axes(error_name_, heads_.attention_axes, query.rank());
    const detail::AttentionInputs in =
        detail::inputs_of(error_name_, axes.fold_all(error_name_, inputs), causal_);
    const Tensor keys = detail::with_last_two_swapped(projected(in.key, key_));
    const double scale = 1 / std::sqrt(static_cast<double>(heads_.key_dim));
    const Tensor mask =
        in.mask.defined() && in.mask.rank() == 3 ? expand_dims(in.mask, 1) : in.mask;
    const Tensor weights = shares(mix(projected(in.query, query_) * scale, keys), mask, mode);
    const Tensor mixed = mix(weights, projected(in.value, value_));

    const Index width = heads_.queries * heads_.value_dim;
    const Tensor joined =
        reshape(transpose(mixed, {0, 2, 1, 3}), {in.query.shape()[0], in.query.shape()[1], width});
    Tensor y = matmul(joined, reshape(output_.kernel, {width, output_.kernel.shape().back()}));
    if (output_.bias.defined()) y = y + output_.bias;
    y = axes.unfold(y, query);
    if (!returns_shares_) return {y};

    std::vector<Index> sizes = axes.batch(query);
    sizes.push_back(heads_.queries);
    for (const Shape& attended : {query, key}) {
        for (const Index size : axes.steps(attended)) sizes.push_back(size);
    }
    return {y, reshape(weights, Shape(sizes))};
}

std::string HeadedAttention::label() const {
    return sentence(class_name(), " ", heads_.queries, " heads of ", heads_.key_dim);
}

}  // namespace shikumi::nn
