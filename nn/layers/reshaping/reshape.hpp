// Reshape.
#pragma once

#include <string>
#include <vector>

#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// (batch, …) becomes (batch, target…).
class Reshape final : public Layer {
public:
    /// One size of `target` may be -1 and is worked out. Throws ValueError for other negative ones.
    explicit Reshape(std::vector<Index> target, const LayerOptions& options = {});
    /// Throws ShapeError where a sample has another number of elements.
    Tensor call(const Tensor& x, Mode mode) override;
    std::string label() const override;
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static Reshape from_config(ConfigReader& config);

private:
    std::vector<Index> target_;
};

}  // namespace shikumi::nn
