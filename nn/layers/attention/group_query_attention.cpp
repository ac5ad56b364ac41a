#include <shikumi/nn/layers/attention/group_query_attention.hpp>
#include <shikumi/nn/layers/detail/weight_fields.hpp>

namespace shikumi::nn {

void visit_fields(auto& fields, FieldsOf<GroupQueryAttentionOptions> auto& o) {
    fields("dropout", o.dropout)("use_bias", o.use_bias);
    fields.extra("use_causal_mask", o.use_causal_mask);
    fields.extra("return_attention_scores", o.return_attention_scores);
    detail::visit_kernel_and_bias(fields, o);
    fields.accept("sliding_window", {}).accept("use_gate", false);
    fields.ignore("seed").ignore("flash_attention");
}

Config GroupQueryAttention::get_config() const {
    ConfigWriter config;
    config("head_dim", heads().key_dim)("num_query_heads", heads().queries);
    return config("num_key_value_heads", heads().keys).fields(options_);
}

GroupQueryAttention GroupQueryAttention::from_config(ConfigReader& config) {
    const auto head_dim = config.get<Index>("head_dim");
    const auto queries = config.get<Index>("num_query_heads");
    const auto keys = config.get<Index>("num_key_value_heads");
    return GroupQueryAttention(head_dim, queries, keys,
                               config.fields<GroupQueryAttentionOptions>());
}

}  // namespace shikumi::nn
