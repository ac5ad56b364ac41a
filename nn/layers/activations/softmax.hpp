// Softmax as a layer.
#pragma once

#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// eˣ/Σeˣ over an axis. Called with a bool tensor beside x, which broadcasts to it, only elements
/// where that is true take part; the others get 0.
class Softmax final : public Layer {
public:
    explicit Softmax(int axis = -1, const LayerOptions& options = {})
        : Layer(options), axis_(axis) {}
    void build_all(const std::vector<Spec>& inputs) override;
    Tensor call(const Tensor& x, Mode mode) override;
    std::vector<Tensor> call_all(const std::vector<Tensor>& inputs, Mode mode) override;
    std::string config() const override;

private:
    int axis_;
};

}  // namespace shikumi::nn
