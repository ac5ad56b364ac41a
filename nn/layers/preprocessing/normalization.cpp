#include <shikumi/nn/layers/preprocessing/normalization.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/layers/detail/standardize.hpp>

namespace shikumi::nn {

namespace {

Initializer given_values(const std::vector<double>& values) {
    return [values](const Shape& shape, Generator&, DType dtype) {
        if (static_cast<Index>(values.size()) != shape.size())
            fail<ShapeError>("normalization", "got ", values.size(),
                             " means and variances, the input wants ", shape.size());
        return reshape(tensor(values), shape).cast(dtype);
    };
}

}  // namespace

Normalization::Normalization(const NormalizationOptions& options)
    : Layer({.name = options.name, .dtype = options.dtype}), options_(options) {
    if (options.axis.all()) options_.axis = Axes(std::vector<Index>{});  // Keras's None
    if (options.mean.size() != options.variance.size())
        fail<ValueError>("normalization", "wants as many variances as means, got ",
                         options.variance.size(), " and ", options.mean.size());
}

void Normalization::build(const Spec& input) {
    const auto [shape, stretched] = detail::along("normalization", options_.axis, input.shape);
    stretched_ = stretched;
    const bool given = !options_.mean.empty();
    mean_ = add_weight("mean", shape, given ? given_values(options_.mean) : zeros_init(),
                       {.trainable = false});
    variance_ = add_weight("variance", shape, given ? given_values(options_.variance) : ones_init(),
                           {.trainable = false});
    count_ = add_weight("count", {}, zeros_init(), {.trainable = false});
}

void Normalization::adapt(const Tensor& data) {
    ensure_built(data.spec());
    detail::check_along("normalization", options_.axis, stretched_, data.shape());
    std::vector<int> others;
    for (int i = 0; i < data.rank(); ++i) {
        if (i == 0 || stretched_[i] == 1) others.push_back(i);
    }
    const Index count = data.size() / mean_.size();
    if (count == 0) fail<ValueError>("normalization", "there is no data: it is ", data.shape());
    const Tensor x = data.cast(f64);
    const Axes axes(std::move(others));
    mean_.assign(reshape(mean(x, axes), mean_.shape()).cast(dtype()));
    const Tensor variance = reshape(var(x, axes), variance_.shape());
    if (any(not_equal(isfinite(variance), isfinite(variance.cast(dtype())))).item<bool>())
        fail<ValueError>("normalization", "the variance of the data exceeds ", dtype(),
                         ": scale the data, or make a layer of dtype f64");
    variance_.assign(variance.cast(dtype()));
    count_.assign(full({}, static_cast<double>(count), dtype()));
}

Tensor Normalization::call(const Tensor& x, Mode) {
    detail::check_along("normalization", options_.axis, stretched_, x.shape());
    constexpr double smallest = 1e-7;  // standard deviation to divide by
    const Tensor mean = detail::shaped(mean_, stretched_);
    const Tensor spread = maximum(sqrt(detail::shaped(variance_, stretched_)), smallest);
    return options_.invert ? x * spread + mean : (x - mean) / spread;
}

void visit_fields(auto& fields, FieldsOf<NormalizationOptions> auto& o) {
    fields.or_null("axis", o.axis, Axes(std::vector<Index>{}));
    fields.or_null("mean", o.mean).or_null("variance", o.variance)("invert", o.invert);
}

Config Normalization::get_config() const { return ConfigWriter().fields(options_); }

Normalization Normalization::from_config(ConfigReader& config) {
    return Normalization(config.fields<NormalizationOptions>());
}

}  // namespace shikumi::nn
