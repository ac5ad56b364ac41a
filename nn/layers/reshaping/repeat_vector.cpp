#include <shikumi/nn/layers/reshaping/repeat_vector.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn {

RepeatVector::RepeatVector(Index n, const LayerOptions& options) : Layer(options), n_(n) {
    if (n <= 0) fail<ValueError>("repeat_vector", "n must be positive, got ", n);
}

Tensor RepeatVector::call(const Tensor& x, Mode) {
    if (x.rank() != 2)
        fail<ShapeError>("repeat_vector", "takes (batch, features), got ", x.shape());
    return broadcast_to(expand_dims(x, 1), {x.shape()[0], n_, x.shape()[1]});
}

std::string RepeatVector::label() const { return sentence("RepeatVector ", n_); }

Config RepeatVector::get_config() const { return ConfigWriter()("n", n_); }

RepeatVector RepeatVector::from_config(ConfigReader& config) {
    return RepeatVector(config.get<Index>("n"));
}

}  // namespace shikumi::nn
