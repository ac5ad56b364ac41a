#include <shikumi/nn/tools/plot_filters.hpp>

#include <algorithm>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/plot/picture_grid.hpp>

namespace shikumi::nn {

namespace {

// (rows, columns, colours, filters); undefined where the kernel can't be seen.
Tensor filters_of(const Tensor& kernel, const Shape& sample) {
    const Shape& shape = kernel.shape();
    const auto colours = [](Index n) { return n == 1 || n == 3; };
    if (shape.rank() == 4 && shape[0] > 1 && shape[1] > 1 && colours(shape[2])) return kernel;
    const bool pictures = sample.rank() == 2 || (sample.rank() == 3 && colours(sample[2]));
    if (shape.rank() != 2 || !pictures) return {};
    const Index channels = sample.rank() == 3 ? sample[2] : 1;
    if (sample[0] * sample[1] * channels != shape[0]) return {};
    return reshape(kernel, {sample[0], sample[1], channels, shape[1]});
}

}  // namespace

std::optional<plot::Svg> plot_filters(const Layer& model, const Shape& sample) {
    constexpr Index most = 64;
    const std::vector<Parameter> weights = model.weights();
    if (weights.empty() || !weights.front().name().ends_with("kernel")) return std::nullopt;
    const Tensor filters = filters_of(weights.front().value(), sample);
    if (!filters.defined()) return std::nullopt;
    const Index count = filters.shape()[3];
    const Index shown = std::min(count, most);
    plot::PictureGrid grid{.title = (shown < count ? std::to_string(shown) + " of " : "") +
                                    std::to_string(count) + " filters of the first layer",
                           .pictures = {},
                           .side = 64,
                           .width = 616};
    for (Index i = 0; i < shown; ++i) {
        const Tensor one = squeeze(slice(filters, 3, {i, i + 1}), 3).cast(f64);
        grid.pictures.push_back({one / (2 * maximum(max(abs(one)), 1e-30)) + 0.5});
    }
    return draw(grid);
}

}  // namespace shikumi::nn
