#include <shikumi/nn/softmax.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn {

Tensor Softmax::call(const Tensor& x, Mode) {
    if (normalize_axis("softmax", axis_, x.rank()) == 0)
        fail<ShapeError>("softmax", "axis ", axis_, " of ", x.shape(), " is the batch");
    return softmax(x, axis_);
}

std::string Softmax::config() const { return sentence("Softmax over axis ", axis_); }

}  // namespace shikumi::nn
