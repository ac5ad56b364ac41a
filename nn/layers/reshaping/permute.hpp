// Permute.
#pragma once

#include <string>
#include <vector>

#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// The axes of each sample in another order: axis i of the output is axis dims[i] of the input,
/// both counted from 1.
class Permute final : public Layer {
public:
    /// Throws ValueError unless `dims` holds 1, 2, … in some order.
    explicit Permute(std::vector<int> dims, const LayerOptions& options = {});
    /// Throws ShapeError unless a sample has as many axes as `dims`.
    Tensor call(const Tensor& x, Mode mode) override;
    std::string label() const override;
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static Permute from_config(ConfigReader& config);

private:
    std::vector<int> dims_;
};

}  // namespace shikumi::nn
