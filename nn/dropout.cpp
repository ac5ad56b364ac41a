#include <shikumi/nn/dropout.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn {

Dropout::Dropout(double rate, const LayerOptions& options) : Layer(options), rate_(rate) {
    if (!(rate >= 0 && rate <= 1))
        fail<ValueError>("dropout", "the rate must lie in [0, 1], got ", rate);
}

Tensor Dropout::call(const Tensor& x, Mode mode) {
    if (mode == Mode::infer || rate_ == 0) return x;
    if (rate_ == 1) return zeros_like(x);
    const double keep = 1 - rate_;
    return x * (random_bernoulli(x.shape(), rng(), keep, x.dtype()) * (1 / keep));
}

std::string Dropout::config() const { return sentence("Dropout ", rate_); }

}  // namespace shikumi::nn
