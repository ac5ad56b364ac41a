#include <shikumi/nn/layers/regularization/alpha_dropout.hpp>

#include <cmath>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn {

AlphaDropout::AlphaDropout(double rate, const LayerOptions& options) : Layer(options), rate_(rate) {
    if (!(rate >= 0 && rate < 1))
        fail<ValueError>("alpha_dropout", "the rate must lie in [0, 1), got ", rate);
}

// With the limit l: kept elements have mean 0 and variance 1, so all together have mean rate l and
// variance (1−rate)(1 + rate l²).
Tensor AlphaDropout::call(const Tensor& x, Mode mode) {
    if (mode == Mode::infer || rate_ == 0) return x;
    constexpr double limit = -1.6732632423543772 * 1.0507009873554805;
    const double scale = 1 / std::sqrt((1 - rate_) * (1 + rate_ * limit * limit));
    const Tensor kept = random_bernoulli(x.shape(), rng(), 1 - rate_, x.dtype());
    return where(equal(kept, 1), x, limit) * scale - scale * rate_ * limit;
}

std::string AlphaDropout::label() const { return sentence("AlphaDropout ", rate_); }

Config AlphaDropout::get_config() const { return ConfigWriter()("rate", rate_); }

AlphaDropout AlphaDropout::from_config(ConfigReader& config) {
    return AlphaDropout(config.ignore("seed").accept("noise_shape", {}).get<double>("rate"));
}

}  // namespace shikumi::nn
