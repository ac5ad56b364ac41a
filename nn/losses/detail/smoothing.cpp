#include <shikumi/nn/losses/detail/smoothing.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/losses/detail/epsilon.hpp>

namespace shikumi::nn::detail {

Tensor smoothed(const Tensor& targets, double a, Index classes) {
    return a == 0 ? targets : targets * (1 - a) + a / static_cast<double>(classes);
}

Tensor clipped(const Tensor& probabilities) { return clip(probabilities, epsilon, 1 - epsilon); }

void check_smoothing(std::string_view loss, double share) {
    if (!(share >= 0 && share <= 1))
        fail<ValueError>(loss, "label_smoothing must lie in [0, 1], got ", share);
}

}  // namespace shikumi::nn::detail
