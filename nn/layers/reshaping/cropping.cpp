#include <shikumi/nn/layers/reshaping/cropping.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layers/detail/windows.hpp>
#include <shikumi/nn/layers/reshaping/detail/border_text.hpp>

namespace shikumi::nn {

Cropping::Cropping(int axes, const Borders& cropping, const LayerOptions& options)
    : Layer(options), cropping_(cropping.pairs("cropping", axes)) {}

Tensor Cropping::call(const Tensor& x, Mode) {
    detail::check_images("cropping", static_cast<int>(cropping_.size()), x.shape());
    std::vector<Slice> kept(1);
    for (const auto& [before, after] : cropping_) {
        const auto axis = static_cast<int>(kept.size());
        const Index size = x.shape()[axis];
        if (before >= size || after >= size - before)
            fail<ShapeError>("cropping", "leaves nothing of axis ", axis, " of ", x.shape());
        kept.push_back({before, size - after});
    }
    return slice(x, kept);
}

std::string Cropping::label() const { return class_name() + " " + detail::border_text(cropping_); }

}  // namespace shikumi::nn
