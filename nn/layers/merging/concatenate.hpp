// Concatenate.
#pragma once

#include <string>
#include <vector>

#include <shikumi/nn/layers/merging/merge.hpp>

namespace shikumi::nn {

/// Inputs (…, aᵢ, …) become (…, Σaᵢ, …): one after another along an axis, which isn't the batch.
class Concatenate final : public Merge {
public:
    /// A negative `axis` is counted from the end.
    explicit Concatenate(Integer axis = -1, const LayerOptions& options = {})
        : Merge(options), axis_(axis) {}
    std::string config() const override;

private:
    Tensor merge(const std::vector<Tensor>& inputs) const override;
    Index axis_;
};

}  // namespace shikumi::nn
