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
    /// The masks one after another where the axis is one of theirs, such as time; an input without
    /// one counts everywhere. Along other axes, as for all merging layers.
    std::vector<Tensor> compute_mask_all(const std::vector<Tensor>& inputs,
                                         const std::vector<Tensor>& masks) override;
    std::string label() const override;
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static Concatenate from_config(ConfigReader& config);

private:
    Tensor merge(const std::vector<Tensor>& inputs) const override;
    Index axis_;
};

}  // namespace shikumi::nn
