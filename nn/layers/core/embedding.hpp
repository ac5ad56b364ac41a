// Embedding.
#pragma once

#include <string>

#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// What Embedding can be given. Defaults are Keras's.
struct EmbeddingOptions {
    Initializer embeddings_initializer = random_uniform(-0.05, 0.05);  ///< of the table
    Regularizer embeddings_regularizer = {};                           ///< penalty on the table
    Constraint embeddings_constraint = {};                             ///< of the table
    bool mask_zero = false;  ///< index 0 stands for no entry at all
    std::string name = {};   ///< "embedding", "embedding_1", … where it is empty
    DType dtype = f32;       ///< of the table, and so of the output: f32 or f64
};

/// Rows of a table: indices (batch, …), integers or whole numbers, become (batch, …, output_dim).
/// An index outside of it, or that isn't whole, throws ValueError when it is evaluated. Weight:
/// embeddings (input_dim, output_dim).
class Embedding final : public Layer {
public:
    /// Throws ValueError unless both sizes are positive.
    Embedding(Index input_dim, Index output_dim, const EmbeddingOptions& options = {});
    void build(const Spec& input) override;
    Tensor call(const Tensor& indices, Mode mode) override;
    /// True where the index isn't 0, if `mask_zero`; else none.
    Tensor compute_mask(const Tensor& indices, const Tensor& mask) override;
    std::string label() const override;
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static Embedding from_config(ConfigReader& config);

protected:
    void check_input(const Tensor& indices) override;

private:
    Index input_dim_, output_dim_;
    EmbeddingOptions options_;
    Parameter embeddings_;
};

}  // namespace shikumi::nn
