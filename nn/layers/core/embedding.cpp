#include <shikumi/nn/layers/core/embedding.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/detail/rows.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn {

Embedding::Embedding(Index input_dim, Index output_dim, const EmbeddingOptions& options)
    : Layer({.name = options.name, .dtype = options.dtype}),
      input_dim_(input_dim),
      output_dim_(output_dim),
      options_(options) {
    if (input_dim <= 0 || output_dim <= 0)
        fail<ValueError>("embedding", "the sizes must be positive, got ", input_dim, " and ",
                         output_dim);
}

void Embedding::build(const Spec&) {
    embeddings_ =
        add_weight("embeddings", {input_dim_, output_dim_}, options_.embeddings_initializer,
                   {.regularizer = options_.embeddings_regularizer,
                    .constraint = options_.embeddings_constraint});
}

Tensor Embedding::call(const Tensor& x, Mode) {
    return take(embeddings_, shikumi::detail::checked_indices("embedding", x, input_dim_));
}

Tensor Embedding::compute_mask(const Tensor& indices, const Tensor&) {
    return options_.mask_zero ? not_equal(indices, 0) : Tensor();
}

void Embedding::check_input(const Tensor& indices) {
    if (indices.dtype() == bool_) fail<DTypeError>(name(), "takes indices, got ", indices.spec());
}

std::string Embedding::label() const {
    return sentence("Embedding ", input_dim_, "→", output_dim_);
}

void visit_fields(auto& fields, FieldsOf<EmbeddingOptions> auto& o) {
    fields("embeddings_initializer", o.embeddings_initializer);
    fields("embeddings_regularizer", o.embeddings_regularizer);
    fields("embeddings_constraint", o.embeddings_constraint);
    fields("mask_zero", o.mask_zero).ignore("input_length");
}

Config Embedding::get_config() const {
    return ConfigWriter()("input_dim", input_dim_)("output_dim", output_dim_).fields(options_);
}

Embedding Embedding::from_config(ConfigReader& config) {
    const auto input_dim = config.get<Index>("input_dim");
    const auto output_dim = config.get<Index>("output_dim");
    return Embedding(input_dim, output_dim, config.fields<EmbeddingOptions>());
}

}  // namespace shikumi::nn
