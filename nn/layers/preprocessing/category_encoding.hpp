// CategoryEncoding.
#pragma once

#include <string>
#include <vector>

#include <shikumi/nn/layer.hpp>
#include <shikumi/nn/layers/preprocessing/output_mode.hpp>

namespace shikumi::nn {

/// What CategoryEncoding can be given. Defaults are Keras's.
struct CategoryEncodingOptions {
    OutputMode output_mode = OutputMode::multi_hot;  ///< one_hot, multi_hot or count
    std::string name = {};  ///< "category_encoding", "category_encoding_1", … where it is empty
    DType dtype = f32;      ///< of the output: f32 or f64
};

/// Indices from 0 to num_tokens − 1, integers or whole numbers (batch, n), as vectors (batch,
/// num_tokens). An index outside throws ValueError when it is evaluated. In the mode `count`,
/// called as `encoding({indices, weights})`, each index counts as much as its weight.
class CategoryEncoding final : public Layer {
public:
    /// Throws ValueError unless num_tokens is positive and the mode is one of the three.
    explicit CategoryEncoding(Index num_tokens, const CategoryEncodingOptions& options = {});
    void build_all(const std::vector<Spec>& inputs) override;
    Tensor call(const Tensor& indices, Mode mode) override;
    /// Throws ShapeError for weights of another shape than the indices, ValueError where the mode
    /// isn't `count`.
    std::vector<Tensor> call_all(const std::vector<Tensor>& inputs, Mode mode) override;
    std::string label() const override;
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static CategoryEncoding from_config(ConfigReader& config);

private:
    Index num_tokens_;
    OutputMode output_mode_;
};

}  // namespace shikumi::nn
