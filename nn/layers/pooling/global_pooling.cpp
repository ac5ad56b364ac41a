#include <shikumi/nn/layers/pooling/global_pooling.hpp>

#include <vector>

#include <shikumi/nn/detail/masks.hpp>
#include <shikumi/nn/layers/detail/windows.hpp>

namespace shikumi::nn {

GlobalPooling::GlobalPooling(Function function, int axes, const GlobalPoolingOptions& options)
    : Layer({.name = options.name, .input_shape = options.input_shape}),
      function_(function),
      axes_(axes),
      keepdims_(options.keepdims) {}

Tensor GlobalPooling::call(const Tensor& x, Mode) {
    detail::check_images("global_pooling", axes_, x.shape());
    constexpr int axes[] = {1, 2, 3};
    return function_(x, Axes(std::vector<int>(axes, axes + axes_)), keepdims_);
}

Tensor GlobalAveragePooling1D::call(const Tensor& x, Mode mode) {
    const Tensor mask = mask_of(x);
    if (!mask.defined()) return GlobalPooling::call(x, mode);
    const Tensor steps = sum(detail::beside(mask, x.rank()).cast(x.dtype()), 1, keepdims());
    return sum(detail::shown(mask, x), 1, keepdims()) / maximum(steps, 1);
}

}  // namespace shikumi::nn
