#include <shikumi/nn/layers/preprocessing/category_encoding.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/detail/rows.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layers/preprocessing/detail/encode.hpp>

namespace shikumi::nn {

CategoryEncoding::CategoryEncoding(Index num_tokens, const CategoryEncodingOptions& options)
    : Layer({.name = options.name, .dtype = options.dtype}),
      num_tokens_(num_tokens),
      output_mode_(options.output_mode) {
    if (num_tokens <= 0)
        fail<ValueError>("category_encoding", "num_tokens must be positive, got ", num_tokens);
    if (output_mode_ == OutputMode::index || output_mode_ == OutputMode::tf_idf)
        fail<ValueError>("category_encoding", "the output mode is one_hot, multi_hot or count");
}

void CategoryEncoding::build_all(const std::vector<Spec>& inputs) {
    check_given(inputs.size());
    if (inputs.size() > 2)
        fail<ShapeError>("category_encoding", "takes indices and their weights, got ",
                         inputs.size(), " tensors");
}

Tensor CategoryEncoding::call(const Tensor& indices, Mode) {
    return detail::encode(
        shikumi::detail::checked_indices("category_encoding", indices, num_tokens_), num_tokens_,
        output_mode_, dtype());
}

std::vector<Tensor> CategoryEncoding::call_all(const std::vector<Tensor>& inputs, Mode mode) {
    check_given(inputs.size());
    if (inputs.size() == 1) return {call(inputs.front(), mode)};
    const Tensor &indices = inputs[0], &weights = inputs[1];
    if (output_mode_ != OutputMode::count)
        fail<ValueError>("category_encoding", "takes weights in the output mode count only");
    if (weights.shape() != indices.shape())
        fail<ShapeError>("category_encoding", "indices ", indices.shape(),
                         " want weights of their shape, got ", weights.shape());
    return {
        detail::encode(shikumi::detail::checked_indices("category_encoding", indices, num_tokens_),
                       num_tokens_, output_mode_, dtype(), weights.cast(dtype()))};
}

std::string CategoryEncoding::label() const {
    return sentence("CategoryEncoding of ", num_tokens_, " tokens");
}

Config CategoryEncoding::get_config() const {
    return ConfigWriter()("num_tokens", num_tokens_)("output_mode", output_mode_);
}

CategoryEncoding CategoryEncoding::from_config(ConfigReader& config) {
    const auto num_tokens = config.get<Index>("num_tokens");
    return CategoryEncoding(num_tokens,
                            {.output_mode = config.get_or("output_mode", OutputMode::multi_hot)});
}

}  // namespace shikumi::nn
