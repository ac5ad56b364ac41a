#include <shikumi/nn/detail/batch_shape.hpp>

#include <string>
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
    if (sample) return *sample;
    std::string given;
    for (const Config& size : *batch_shape.list())
        given += sentence(given.empty() ? "" : ", ",
                          size.integer() ? std::to_string(*size.integer()) : "null");
    fail<ValueError>(reading, "wants all sizes but the batch's, got [", given,
                     "]: a model here is built for one shape of its inputs. Save it with that ",
                     "shape, or make a model here and load the weights alone");
}

}  // namespace shikumi::nn::detail
