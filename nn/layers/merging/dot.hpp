// Dot.
#pragma once

#include <string>
#include <vector>

#include <shikumi/nn/layers/merging/merge.hpp>

namespace shikumi::nn {

/// What Dot can be given.
struct DotOptions {
    bool normalize = false;  ///< divide both inputs by their lengths first, which gives the cosine
    std::string name = {};   ///< "dot", "dot_1", … where it is empty
};

/// For each sample, the sum of products over one axis of each of two inputs: (batch, n) and (batch,
/// n) give (batch, 1); (batch, n, k) and (batch, m, k) give (batch, n, m).
class Dot final : public Merge {
public:
    /// Sums over the same axis of both.
    explicit Dot(Integer axis, const DotOptions& options = {}) : Dot(axis, axis, options) {}
    /// Sums over an axis of each. Negative axes are counted from the end.
    Dot(Integer first_axis, Integer second_axis, const DotOptions& options = {});
    /// No masks: the sums go over what they speak of.
    std::vector<Tensor> compute_mask_all(const std::vector<Tensor>&,
                                         const std::vector<Tensor>&) override {
        return {};
    }
    std::string label() const override;
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static Dot from_config(ConfigReader& config);

private:
    Tensor merge(const std::vector<Tensor>& inputs) const override;
    Index first_axis_, second_axis_;
    bool normalize_;
};

}  // namespace shikumi::nn
