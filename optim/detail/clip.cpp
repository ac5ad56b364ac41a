#include <shikumi/optim/detail/clip.hpp>

#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::optim {

namespace {

// g, scaled such that `length` becomes at most `longest`. A quotient, since its inverse may be
// denormal.
Tensor shortened(const Tensor& g, const Tensor& length, double longest) {
    return g / maximum(length / longest, 1).cast(g.dtype());
}

// The length of all gradients as one vector, f64. They are stacked in portions, since an operation
// takes no more than 255 inputs.
Tensor common_length(const std::vector<Tensor>& gradients) {
    constexpr std::size_t portion = 128;
    std::vector<Tensor> lengths;
    for (const Tensor& g : gradients) {
        if (lengths.size() == portion) lengths = {norm(stack(lengths))};
        lengths.push_back(norm(g).cast(f64));
    }
    return norm(stack(lengths));
}

}  // namespace

void detail::clip(std::vector<Tensor>& gradients, const StepOptions& how) {
    for (Tensor& g : gradients) {
        if (how.clipvalue) g = shikumi::clip(g, -*how.clipvalue, *how.clipvalue);
        if (how.clipnorm) g = shortened(g, norm(g), *how.clipnorm);
    }
    if (!how.global_clipnorm || gradients.empty()) return;
    const Tensor length = common_length(gradients);
    for (Tensor& g : gradients) g = shortened(g, length, *how.global_clipnorm);
}

}  // namespace shikumi::optim
