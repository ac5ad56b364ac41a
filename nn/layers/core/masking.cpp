#include <shikumi/nn/layers/core/masking.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/detail/masks.hpp>

namespace shikumi::nn {

namespace {

// Without the last axis: true for steps that hold another feature than `value`.
Tensor real_steps(const Tensor& x, double value) {
    if (x.rank() < 3)
        fail<ShapeError>("masking", "takes sequences (batch, time, …), got ", x.shape());
    return any(not_equal(x, value), -1);
}

}  // namespace

Tensor Masking::call(const Tensor& x, Mode) { return detail::shown(real_steps(x, mask_value_), x); }

Tensor Masking::compute_mask(const Tensor& x, const Tensor&) { return real_steps(x, mask_value_); }

std::string Masking::label() const { return sentence("Masking ", mask_value_); }

Config Masking::get_config() const { return ConfigWriter()("mask_value", mask_value_); }

Masking Masking::from_config(ConfigReader& config) {
    return Masking(config.get_or("mask_value", 0.0));
}

}  // namespace shikumi::nn
