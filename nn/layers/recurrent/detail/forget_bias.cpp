#include <shikumi/nn/layers/recurrent/detail/forget_bias.hpp>

#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn::detail {

Initializer with_forget_bias(const Initializer& rest) {
    return [rest](const Shape& shape, Generator& rng, DType dtype) {
        const Index units = shape.front() / 4;
        return concatenate(
            {rest({units}, rng, dtype), ones({units}, dtype), rest({2 * units}, rng, dtype)});
    };
}

}  // namespace shikumi::nn::detail
