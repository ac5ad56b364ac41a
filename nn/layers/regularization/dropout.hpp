// Dropout.
#pragma once

#include <string>
#include <vector>

#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

struct DropoutOptions {
    /// Of the coins: 1 where all elements of an axis share one, -1 for the axis's own size. Where
    /// it is empty, each element has a coin of its own.
    std::vector<Index> noise_shape = {};
    Shape input_shape = {};
    std::string name = {};
};

/// While training, each element is 0 with probability `rate`, else multiplied by 1/(1 − rate);
/// otherwise x itself. N. Srivastava et al., JMLR 15 (2014), in the inverted form.
class Dropout final : public Layer {
public:
    /// Throws ValueError unless `rate` lies in [0, 1].
    explicit Dropout(double rate, const DropoutOptions& options = {});
    Tensor call(const Tensor& x, Mode mode) override;
    std::string config() const override;

private:
    Shape coins(const Shape& x) const;

    double rate_;
    std::vector<Index> noise_shape_;
};

}  // namespace shikumi::nn
