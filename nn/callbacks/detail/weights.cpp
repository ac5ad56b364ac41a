#include <shikumi/nn/callbacks/detail/weights.hpp>

namespace shikumi::nn::detail {

std::vector<Tensor> copied_weights(const Layer& model) {
    const std::vector<Parameter> weights = model.weights();
    return {weights.begin(), weights.end()};
}

void set_weights(Layer& model, const std::vector<Tensor>& values) {
    std::vector<Parameter> weights = model.weights();
    if (weights.size() != values.size())
        fail<ShapeError>(model.name(), "has ", weights.size(), " weights, got ", values.size());
    for (std::size_t i = 0; i < weights.size(); ++i) weights[i].assign(values[i]);
}

}  // namespace shikumi::nn::detail
