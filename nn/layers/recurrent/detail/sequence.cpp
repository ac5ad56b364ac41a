#include <shikumi/nn/layers/recurrent/detail/sequence.hpp>

#include <shikumi/autograd/ops/detail/gradients.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn::detail {

Tensor by_recurrent(const Tensor& first, const Tensor& states, const Tensor& g) {
    const Index steps = g.shape().front();
    const Tensor before = concatenate({expand_dims(first, 0), slice(states, 0, {0, steps - 1})}, 0);
    return matmul(transpose(reshape(before, {-1, before.shape().back()})),
                  reshape(g, {-1, g.shape().back()}));
}

std::vector<Tensor> variables(Tensors in) {
    std::vector<Tensor> all;
    for (const Tensor& t : in) all.push_back(identity(t));
    return all;
}

Tensor inner(Tensors a, Tensors b) {
    Tensor total;
    for (std::size_t k = 0; k < a.size(); ++k) {
        if (!b[k].defined()) continue;
        shikumi::detail::add_to(total, sum(a[k] * b[k]));
    }
    return total;
}

}  // namespace shikumi::nn::detail
