#include <shikumi/nn/layers/reshaping/zero_padding.hpp>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layers/detail/windows.hpp>
#include <shikumi/nn/layers/reshaping/detail/border_text.hpp>

namespace shikumi::nn {

ZeroPadding::ZeroPadding(int axes, const Borders& padding, const LayerOptions& options)
    : Layer(options), padding_(padding.pairs("zero_padding", axes)) {}

Tensor ZeroPadding::call(const Tensor& x, Mode) {
    detail::check_images("zero_padding", static_cast<int>(padding_.size()), x.shape());
    std::vector<std::pair<Index, Index>> widths{{0, 0}};
    widths.insert(widths.end(), padding_.begin(), padding_.end());
    widths.emplace_back(0, 0);
    return pad(x, widths);
}

std::string ZeroPadding::label() const {
    return class_name() + " " + detail::border_text(padding_);
}

}  // namespace shikumi::nn
