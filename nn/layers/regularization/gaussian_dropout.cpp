#include <shikumi/nn/layers/regularization/gaussian_dropout.hpp>

#include <cmath>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn {

GaussianDropout::GaussianDropout(double rate, const LayerOptions& options)
    : Layer(options), rate_(rate) {
    if (!(rate >= 0 && rate < 1))
        fail<ValueError>("gaussian_dropout", "the rate must lie in [0, 1), got ", rate);
}

Tensor GaussianDropout::call(const Tensor& x, Mode mode) {
    if (mode == Mode::infer || rate_ == 0) return x;
    return x * random_normal(x.shape(), rng(), 1, std::sqrt(rate_ / (1 - rate_)), x.dtype());
}

std::string GaussianDropout::label() const { return sentence("GaussianDropout ", rate_); }

Config GaussianDropout::get_config() const { return ConfigWriter()("rate", rate_); }

GaussianDropout GaussianDropout::from_config(ConfigReader& config) {
    return GaussianDropout(config.ignore("seed").get<double>("rate"));
}

}  // namespace shikumi::nn
