// Softmax as a layer.
#pragma once

#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// eˣ/Σeˣ over an axis.
class Softmax final : public Layer {
public:
    explicit Softmax(int axis = -1, const LayerOptions& options = {})
        : Layer(options), axis_(axis) {}
    Tensor call(const Tensor& x, Mode mode) override;
    std::string config() const override;

private:
    int axis_;
};

}  // namespace shikumi::nn
