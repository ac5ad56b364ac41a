#include <shikumi/nn/layers/reshaping/padding.hpp>

#include <algorithm>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/detail/window.hpp>
#include <shikumi/nn/layers/detail/windows.hpp>

namespace shikumi::nn {

namespace {

// "((1, 2), (0, 3))".
std::string text(const std::vector<Borders::Pair>& pairs) {
    std::string all;
    for (const auto& [before, after] : pairs)
        all += sentence(all.empty() ? "(" : ", (", before, ", ", after, ")");
    return "(" + all + ")";
}

}  // namespace

std::vector<Borders::Pair> Borders::pairs(std::string_view layer, int axes) const {
    std::vector<Pair> all = pairs_;
    if (all.size() == 1) all.resize(static_cast<std::size_t>(axes), all[0]);
    if (all.size() != static_cast<std::size_t>(axes))
        fail<ShapeError>(layer, "got borders of ", all.size(), " axes, wanted ", axes);
    for (const auto& [before, after] : all) {
        if (std::min(before, after) < 0)
            fail<ValueError>(layer, "takes numbers of rows and columns from 0 on, got ",
                             std::min(before, after));
    }
    return all;
}

ZeroPadding::ZeroPadding(int axes, const Borders& padding, const LayerOptions& options)
    : Layer(options), padding_(padding.pairs("zero_padding", axes)) {}

Tensor ZeroPadding::call(const Tensor& x, Mode) {
    detail::check_images("zero_padding", static_cast<int>(padding_.size()), x.shape());
    std::vector<Borders::Pair> widths{{0, 0}};
    widths.insert(widths.end(), padding_.begin(), padding_.end());
    widths.emplace_back(0, 0);
    return pad(x, widths);
}

std::string ZeroPadding::config() const { return class_name() + " " + text(padding_); }

Cropping::Cropping(int axes, const Borders& cropping, const LayerOptions& options)
    : Layer(options), cropping_(cropping.pairs("cropping", axes)) {}

Tensor Cropping::call(const Tensor& x, Mode) {
    detail::check_images("cropping", static_cast<int>(cropping_.size()), x.shape());
    std::vector<Range> kept(1);
    for (const auto& [before, after] : cropping_) {
        const auto axis = static_cast<int>(kept.size());
        const Index size = x.shape()[axis];
        if (before >= size || after >= size - before)
            fail<ShapeError>("cropping", "leaves nothing of axis ", axis, " of ", x.shape());
        kept.push_back({before, size - after});
    }
    return slice(x, kept);
}

std::string Cropping::config() const { return class_name() + " " + text(cropping_); }

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

std::string UpSampling::config() const {
    return class_name() + " " + detail::times(PerAxis(size_), axes_);
}

}  // namespace shikumi::nn
