#include <shikumi/nn/layers/attention/multi_head_attention.hpp>
#include <shikumi/nn/layers/detail/weight_fields.hpp>

namespace shikumi::nn {

void visit_fields(auto& fields, FieldsOf<MultiHeadAttentionOptions> auto& o) {
    fields("value_dim", o.value_dim)("output_shape", o.output_shape);
    fields("dropout", o.dropout)("use_bias", o.use_bias);
    fields.or_null("attention_axes", o.attention_axes);
    fields.extra("use_causal_mask", o.use_causal_mask);
    fields.extra("return_attention_scores", o.return_attention_scores);
    detail::visit_kernel_and_bias(fields, o);
    fields.accept("sliding_window", {}).accept("use_gate", false);
    fields.ignore("seed").ignore("flash_attention");
    fields.ignore("query_shape").ignore("key_shape").ignore("value_shape");
}

Config MultiHeadAttention::get_config() const {
    return ConfigWriter()("num_heads", heads().queries)("key_dim", heads().key_dim)
        .fields(options_);
}

MultiHeadAttention MultiHeadAttention::from_config(ConfigReader& config) {
    const auto num_heads = config.get<Index>("num_heads");
    const auto key_dim = config.get<Index>("key_dim");
    return MultiHeadAttention(num_heads, key_dim, config.fields<MultiHeadAttentionOptions>());
}

}  // namespace shikumi::nn
