// PReLU.
#pragma once

#include <string>
#include <vector>

#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// What PReLU can be given.
struct PReLUOptions {
    Initializer alpha_initializer = zeros_init();  ///< of the slopes
    Regularizer alpha_regularizer = {};            ///< penalty on the slopes
    Constraint alpha_constraint = {};              ///< of the slopes
    std::vector<int> shared_axes = {};  ///< axes that share a slope; 1 is the first after the batch
    std::string name = {};              ///< "p_re_lu", "p_re_lu_1", … where it is empty
    DType dtype = f32;                  ///< of the weight and the input: f32 or f64
};

/// x, or αx where x is negative; each element of a sample learns a slope α of its own. K. He et
/// al., ICCV 2015. Weight: alpha, of a sample's shape with 1 for shared axes.
class PReLU final : public Layer {
public:
    /// Shared axes are checked when the input is known.
    explicit PReLU(const PReLUOptions& options = {});
    /// Makes the slopes. Throws ShapeError for shared axes that the input hasn't got.
    void build(const Spec& input) override;
    Tensor call(const Tensor& x, Mode mode) override;
    bool supports_masking() const override { return true; }
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static PReLU from_config(ConfigReader& config);

private:
    PReLUOptions options_;
    Parameter alpha_;
};

}  // namespace shikumi::nn
