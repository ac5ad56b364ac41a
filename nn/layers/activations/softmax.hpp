// Softmax.
#pragma once

#include <string>
#include <vector>

#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// eˣ/Σeˣ over an axis, of x's shape and dtype. Called with a bool tensor beside x, which
/// broadcasts to x, it takes only elements where that is true; the others get 0.
class Softmax final : public Layer {
public:
    /// `axis` may be negative, counted from the end, but not the batch.
    explicit Softmax(Integer axis = -1, const LayerOptions& options = {})
        : Layer(options), axis_(axis) {}
    void build_all(const std::vector<Spec>& inputs) override;
    /// Throws ShapeError where the axis is the batch or x hasn't got it.
    Tensor call(const Tensor& x, Mode mode) override;
    bool supports_masking() const override { return true; }
    /// Throws ShapeError where the mask doesn't broadcast to x.
    std::vector<Tensor> call_all(const std::vector<Tensor>& inputs, Mode mode) override;
    std::string label() const override;
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static Softmax from_config(ConfigReader& config);

private:
    Index axis_;
};

}  // namespace shikumi::nn
