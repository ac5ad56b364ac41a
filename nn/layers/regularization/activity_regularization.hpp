// ActivityRegularization: a penalty on an output.
#pragma once

#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// What ActivityRegularization can be given.
struct ActivityRegularizationOptions {
    double l1 = 0;          ///< factor of Σ|x|
    double l2 = 0;          ///< factor of Σx²
    std::string name = {};  ///< numbered by class where it is empty
};

/// x itself, with (l1 Σ|x| + l2 Σx²)/N added to the loss, for a batch of N samples.
class ActivityRegularization final : public Layer {
public:
    /// Throws ValueError for a negative factor.
    explicit ActivityRegularization(const ActivityRegularizationOptions& options = {})
        : Layer({.name = options.name}),
          options_(options),
          penalty_(L1L2(options.l1, options.l2)) {}
    Tensor call(const Tensor& x, Mode) override {
        add_activity_loss(penalty_, x);
        return x;
    }
    bool supports_masking() const override { return true; }
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static ActivityRegularization from_config(ConfigReader& config);

private:
    ActivityRegularizationOptions options_;
    Regularizer penalty_;
};

}  // namespace shikumi::nn
