#include <shikumi/nn/detail/batch_shape.hpp>

#include <vector>

#include <shikumi/autograd/core/error.hpp>

namespace shikumi::nn::detail {

Config batch_shape_config(const Shape& batch) {
    Config::List sizes;
    for (const Index size : batch.sizes()) sizes.emplace_back(size);
    if (!sizes.empty()) sizes.front() = {};
    return sizes;
}

std::optional<Shape> sample_shape(const Config& batch_shape, std::string_view reading) {
    if (!batch_shape.list() || batch_shape.list()->empty())
        fail<ValueError>(reading, "wants a list of sizes, the batch first, got ",
                         batch_shape.description());
    std::vector<std::optional<Index>> sizes;
    from_config(batch_shape, sizes, reading);
    Shape::Sizes sample;
    for (auto size = sizes.begin() + 1; size != sizes.end(); ++size) {
        if (!*size) return std::nullopt;
        sample.push_back(**size);
    }
    return Shape(std::span<const Index>(sample));
}

Shape known_sample_shape(const Config& batch_shape, std::string_view reading) {
    const std::optional<Shape> sample = sample_shape(batch_shape, reading);
    if (!sample) fail<ValueError>(reading, "all sizes but the batch must be known");
    return *sample;
}

}  // namespace shikumi::nn::detail
