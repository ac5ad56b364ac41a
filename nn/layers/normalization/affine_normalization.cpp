#include <shikumi/nn/layers/normalization/affine_normalization.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/layers/detail/standardize.hpp>

namespace shikumi::nn {

void AffineNormalization::check_epsilon() const {
    if (!(epsilon_ > 0)) fail<ValueError>(error_name_, "epsilon must be positive, got ", epsilon_);
}

Shape AffineNormalization::weight_shape(const Shape& input) {
    const auto [weight, stretched] = detail::along(error_name_, axes_, input);
    stretched_ = stretched;
    return weight;
}

void AffineNormalization::check_sizes(const Shape& x) const {
    detail::check_along(error_name_, axes_, stretched_, x);
}

Tensor AffineNormalization::scaled(const Tensor& deviation, const Tensor& spread,
                                   const Shape& beside) const {
    return detail::standardize(deviation, spread, detail::shaped(gamma_, beside),
                               detail::shaped(beta_, beside));
}

Tensor AffineNormalization::normalized(const Tensor& x, const Axes& axes,
                                       const Shape& beside) const {
    const Tensor deviation = x - mean(x, axes, true);
    return scaled(deviation, shikumi::detail::root_mean_square(deviation, axes, epsilon_), beside);
}

}  // namespace shikumi::nn
