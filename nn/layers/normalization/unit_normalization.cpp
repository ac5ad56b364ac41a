#include <shikumi/nn/layers/normalization/unit_normalization.hpp>

#include <shikumi/autograd/ops/detail/lengths.hpp>
#include <shikumi/nn/layers/detail/standardize.hpp>

namespace shikumi::nn {

Tensor UnitNormalization::call(const Tensor& x, Mode) {
    detail::along("unit_normalization", axes_, x.shape());  // refuses the batch
    return shikumi::detail::unit(x, axes_);
}

Config UnitNormalization::get_config() const { return ConfigWriter()("axis", axes_); }

UnitNormalization UnitNormalization::from_config(ConfigReader& config) {
    return UnitNormalization({.axis = config.get_or<Axes>("axis", -1)});
}

}  // namespace shikumi::nn
