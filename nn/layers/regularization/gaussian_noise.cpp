#include <shikumi/nn/layers/regularization/gaussian_noise.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn {

GaussianNoise::GaussianNoise(double stddev, const LayerOptions& options)
    : Layer(options), stddev_(stddev) {
    if (!(stddev >= 0))
        fail<ValueError>("gaussian_noise", "stddev must not be negative, got ", stddev);
}

Tensor GaussianNoise::call(const Tensor& x, Mode mode) {
    if (mode == Mode::infer || stddev_ == 0) return x;
    return x + random_normal(x.shape(), rng(), 0, stddev_, x.dtype());
}

std::string GaussianNoise::label() const { return sentence("GaussianNoise ", stddev_); }

Config GaussianNoise::get_config() const { return ConfigWriter()("stddev", stddev_); }

GaussianNoise GaussianNoise::from_config(ConfigReader& config) {
    return GaussianNoise(config.ignore("seed").get<double>("stddev"));
}

}  // namespace shikumi::nn
