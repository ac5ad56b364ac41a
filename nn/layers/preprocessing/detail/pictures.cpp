#include <shikumi/nn/layers/preprocessing/detail/pictures.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn::detail {

void check_pictures(std::string_view layer, const Tensor& x) {
    if (x.rank() != 4 || !is_floating(x.dtype()))
        fail<ShapeError>(layer, "takes f32 or f64 (batch, height, width, channels), got ",
                         x.spec());
}

void check_range(std::string_view layer, const FactorRange& range, double limit) {
    if (!(-1 <= range.low && range.low <= range.high && range.high <= limit))
        fail<ValueError>(layer, "a range of factors goes upwards from -1 or more to ", limit,
                         " or less, got ", range.low, " to ", range.high);
}

Tensor positions(Index n, int axis, DType dtype) {
    return reshape(arange(0, n, 1, dtype), axis == 1 ? Shape{1, n, 1} : Shape{1, 1, n});
}

Tensor draw_factors(const Tensor& x, const FactorRange& range, Generator& rng) {
    return random_uniform({x.shape().front(), 1, 1}, rng, range.low, range.high, x.dtype());
}

}  // namespace shikumi::nn::detail
