#include <shikumi/nn/layers/attention/attention_layer.hpp>

#include <shikumi/nn/layers/attention/detail/scores.hpp>

namespace shikumi::nn {

Tensor AttentionLayer::shares(const Tensor& scores, const Tensor& mask, Mode mode) {
    return dropout_(detail::shares(scores, mask), mode);
}

}  // namespace shikumi::nn
