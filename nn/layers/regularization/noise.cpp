#include <shikumi/nn/layers/regularization/noise.hpp>

#include <cmath>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn {

namespace {

void check_rate(std::string_view layer, double rate) {
    if (!(rate >= 0 && rate < 1))
        fail<ValueError>(layer, "the rate must lie in [0, 1), got ", rate);
}

}  // namespace

GaussianNoise::GaussianNoise(double stddev, const LayerOptions& options)
    : Layer(options), stddev_(stddev) {
    if (!(stddev >= 0))
        fail<ValueError>("gaussian_noise", "stddev must not be negative, got ", stddev);
}

Tensor GaussianNoise::call(const Tensor& x, Mode mode) {
    if (mode == Mode::infer || stddev_ == 0) return x;
    return x + random_normal(x.shape(), rng(), 0, stddev_, x.dtype());
}

std::string GaussianNoise::config() const { return sentence("GaussianNoise ", stddev_); }

GaussianDropout::GaussianDropout(double rate, const LayerOptions& options)
    : Layer(options), rate_(rate) {
    check_rate("gaussian_dropout", rate);
}

Tensor GaussianDropout::call(const Tensor& x, Mode mode) {
    if (mode == Mode::infer || rate_ == 0) return x;
    return x * random_normal(x.shape(), rng(), 1, std::sqrt(rate_ / (1 - rate_)), x.dtype());
}

std::string GaussianDropout::config() const { return sentence("GaussianDropout ", rate_); }

AlphaDropout::AlphaDropout(double rate, const LayerOptions& options) : Layer(options), rate_(rate) {
    check_rate("alpha_dropout", rate);
}

// With the limit l: what is kept has mean 0 and variance 1, so all together have mean rate l and
// variance (1−rate)(1 + rate l²).
Tensor AlphaDropout::call(const Tensor& x, Mode mode) {
    if (mode == Mode::infer || rate_ == 0) return x;
    constexpr double limit = -1.6732632423543772 * 1.0507009873554805;
    const double scale = 1 / std::sqrt((1 - rate_) * (1 + rate_ * limit * limit));
    const Tensor kept = random_bernoulli(x.shape(), rng(), 1 - rate_, x.dtype());
    return where(equal(kept, 1), x, limit) * scale - scale * rate_ * limit;
}

std::string AlphaDropout::config() const { return sentence("AlphaDropout ", rate_); }

}  // namespace shikumi::nn
