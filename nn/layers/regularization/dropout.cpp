#include <shikumi/nn/layers/regularization/dropout.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/layers/detail/drop.hpp>

namespace shikumi::nn {

Dropout::Dropout(double rate, const DropoutOptions& options)
    : Layer({.name = options.name, .input_shape = options.input_shape}),
      rate_(rate),
      noise_shape_(options.noise_shape) {
    if (!(rate >= 0 && rate <= 1))
        fail<ValueError>("dropout", "the rate must lie in [0, 1], got ", rate);
}

Shape Dropout::coins(const Shape& x) const {
    if (noise_shape_.empty()) return x;
    const auto refuse = [&] {
        std::string sizes;
        for (const Index size : noise_shape_) sizes += sentence(sizes.empty() ? "" : ", ", size);
        fail<ShapeError>("dropout", "noise_shape (", sizes, ") doesn't go with ", x,
                         ": it has as many axes, each of size 1, -1 or the input's");
    };
    if (noise_shape_.size() != static_cast<std::size_t>(x.rank())) refuse();
    Shape::Sizes sizes = x.sizes();
    for (int axis = 0; axis < x.rank(); ++axis) {
        const Index size = noise_shape_[static_cast<std::size_t>(axis)];
        if (size == 1) sizes[axis] = 1;
        if (size != 1 && size != -1 && size != x[axis]) refuse();
    }
    return Shape(sizes);
}

Tensor Dropout::call(const Tensor& x, Mode mode) {
    if (mode == Mode::infer || rate_ == 0) return x;
    return detail::drop(x, coins(x.shape()), rate_, rng());
}

std::string Dropout::label() const { return sentence("Dropout ", rate_); }

// An axis's own size is -1 here and nothing in files.
Config Dropout::get_config() const {
    std::vector<std::optional<Index>> noise_shape;
    for (const Index size : noise_shape_)
        noise_shape.push_back(size == -1 ? std::nullopt : std::optional(size));
    return ConfigWriter()("rate", rate_).or_null("noise_shape", noise_shape);
}

Dropout Dropout::from_config(ConfigReader& config) {
    std::vector<std::optional<Index>> noise_shape;
    config.or_null("noise_shape", noise_shape).ignore("seed");
    DropoutOptions options;
    for (const auto& size : noise_shape) options.noise_shape.push_back(size.value_or(-1));
    return Dropout(config.get<double>("rate"), options);
}

}  // namespace shikumi::nn
