#include <shikumi/nn/losses/probabilistic.hpp>

#include <limits>

#include <shikumi/autograd/ops/detail/gradients.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/losses/detail/epsilon.hpp>
#include <shikumi/nn/losses/targets.hpp>

namespace shikumi::nn {

namespace {

using detail::epsilon;

// p - t log(p + ε), whose first term prevails where p is infinite.
Tensor poisson_of(const Tensor& t, const Tensor& p) {
    const Tensor likelihood = shikumi::detail::multiply_no_nan(log(p + epsilon), t);
    return where(p < std::numeric_limits<double>::infinity(), p - likelihood, p);
}

}  // namespace

constinit const Loss poisson{
    "poisson", [](const Tensor& t, const Tensor& p) { return mean_of_last(poisson_of(t, p)); }};

constinit const Loss kl_divergence{
    "kl_divergence", [](const Tensor& targets, const Tensor& predictions) {
        const Tensor t = clip(targets, epsilon, 1), p = clip(predictions, epsilon, 1);
        return sum(t * log(t / p), -1);
    }};

Loss Poisson(const LossOptions& options) { return poisson.with(options.reduction); }

Loss KLDivergence(const LossOptions& options) { return kl_divergence.with(options.reduction); }

}  // namespace shikumi::nn
