// Dropout.
#pragma once

#include <string>
#include <vector>

#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// What Dropout can be given.
struct DropoutOptions {
    /// Shape of the random choices: 1 where all elements along an axis share one, -1 for the axis's
    /// own size. Where it is empty, each element has a choice of its own.
    std::vector<Index> noise_shape = {};
    Shape input_shape = {};  ///< of one sample; known from the data where it is empty
    std::string name = {};   ///< "dropout", "dropout_1", … where it is empty
};

/// In training, each element of x becomes 0 with probability `rate`, else it is multiplied by
/// 1/(1 − rate). In inference, x itself. N. Srivastava et al., JMLR 15 (2014), in the inverted
/// form.
class Dropout final : public Layer {
public:
    /// Throws ValueError unless `rate` lies in [0, 1].
    explicit Dropout(double rate, const DropoutOptions& options = {});
    /// Throws ShapeError where noise_shape doesn't go with x.
    Tensor call(const Tensor& x, Mode mode) override;
    bool supports_masking() const override { return true; }
    std::string label() const override;
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static Dropout from_config(ConfigReader& config);

private:
    Shape coins(const Shape& x) const;

    double rate_;
    std::vector<Index> noise_shape_;
};

}  // namespace shikumi::nn
