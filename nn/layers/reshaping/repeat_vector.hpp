// RepeatVector.
#pragma once

#include <string>

#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// (batch, features) becomes (batch, n, features).
class RepeatVector final : public Layer {
public:
    /// Throws ValueError unless `n` is positive.
    explicit RepeatVector(Index n, const LayerOptions& options = {});
    Tensor call(const Tensor& x, Mode mode) override;
    std::string label() const override;
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static RepeatVector from_config(ConfigReader& config);

private:
    Index n_;
};

}  // namespace shikumi::nn
