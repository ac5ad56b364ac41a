#include <shikumi/nn/layers/reshaping/up_sampling.hpp>

#include <shikumi/autograd/ops/detail/window.hpp>
#include <shikumi/nn/layers/detail/windows.hpp>

namespace shikumi::nn {

UpSampling::UpSampling(int axes, const PerAxis& size, Interpolation interpolation,
                       const LayerOptions& options)
    : Layer(options),
      axes_(axes),
      size_(shikumi::detail::per_axis("up_sampling", "the size", size, axes)),
      interpolation_(interpolation) {}

Tensor UpSampling::call(const Tensor& x, Mode) {
    detail::check_images("up_sampling", axes_, x.shape());
    std::vector<Index> sizes = size_;
    for (int axis = 0; axis < axes_; ++axis)
        sizes[static_cast<std::size_t>(axis)] *= x.shape()[axis + 1];
    return resize(x, PerAxis(sizes), interpolation_);
}

std::string UpSampling::label() const {
    return class_name() + " " + detail::times(PerAxis(size_), axes_);
}

}  // namespace shikumi::nn
