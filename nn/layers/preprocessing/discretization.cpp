#include <shikumi/nn/layers/preprocessing/discretization.hpp>

#include <algorithm>
#include <cmath>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layers/preprocessing/detail/encode.hpp>

namespace shikumi::nn {

namespace {

constexpr std::string_view discretization_name = "discretization";

// The number below which the share p of the data lies, interpolated between its neighbours.
double quantile(const std::vector<double>& rising, double p) {
    const auto n = static_cast<double>(rising.size());
    const double at = std::clamp(p * n - 1, 0.0, n - 1), below = std::floor(at);
    const auto i = static_cast<std::size_t>(below);
    if (at == below) return rising[i];
    return rising[i] + (rising[i + 1] - rising[i]) * (at - below);
}

}  // namespace

Discretization::Discretization(const DiscretizationOptions& options)
    : Layer({.name = options.name, .dtype = options.dtype}),
      bins_(options.num_bins),
      output_mode_(options.output_mode),
      boundaries_(options.bin_boundaries),
      adapts_(options.bin_boundaries.empty()) {
    if (output_mode_ == OutputMode::tf_idf)
        fail<ValueError>(discretization_name,
                         "the output mode is index, one_hot, multi_hot or count");
    if (adapts_ ? bins_ <= 0 : bins_ != 0)
        fail<ValueError>(discretization_name,
                         "wants either boundaries or a positive number of bins, got ",
                         boundaries_.size(), " boundaries and ", bins_, " bins");
    check_boundaries();
}

void Discretization::check_boundaries() const {
    for (std::size_t i = 1; i < boundaries_.size(); ++i) {
        if (!(boundaries_[i - 1] <= boundaries_[i]))
            fail<ValueError>(discretization_name, "boundaries must rise, got ", boundaries_[i - 1],
                             " before ", boundaries_[i]);
    }
}

void Discretization::adapt(const Tensor& data) {
    if (!adapts_) fail<StateError>(discretization_name, "has been given its boundaries");
    if (built()) fail<StateError>(discretization_name, "has been called: adapt it before that");
    std::vector<double> rising = data.to_vector<double>();
    if (rising.empty())
        fail<ValueError>(discretization_name, "there is no data: it is ", data.spec());
    if (std::ranges::any_of(rising, [](double x) { return std::isnan(x); }))
        fail<ValueError>(discretization_name, "there is NaN in the data");
    std::ranges::sort(rising);
    boundaries_.clear();
    for (Index k = 1; k < bins_; ++k)
        boundaries_.push_back(
            quantile(rising, static_cast<double>(k) / static_cast<double>(bins_)));
}

Tensor Discretization::call(const Tensor& x, Mode) {
    if (!is_floating(x.dtype()))
        fail<DTypeError>(discretization_name, "takes f32 or f64, got ", x.spec());
    if (adapts_ && bins_ > 1 && boundaries_.empty())
        fail<StateError>(discretization_name, "has no boundaries yet: call adapt(data) first");
    const Tensor bins = searchsorted(tensor(boundaries_).cast(x.dtype()), x, Side::right);
    return detail::encode(bins, static_cast<Index>(boundaries_.size()) + 1, output_mode_, dtype());
}

std::string Discretization::label() const {
    return sentence("Discretization ", adapts_ ? bins_ : static_cast<Index>(boundaries_.size()) + 1,
                    " bins");
}

// As in Keras, there are both once boundaries have come from data.
Config Discretization::get_config() const {
    ConfigWriter config;
    config.or_null("bin_boundaries", boundaries_).or_null("num_bins", bins_);
    return config("output_mode", output_mode_);
}

// Keras's dtype is that of the bins, where they come out.
Discretization Discretization::from_config(ConfigReader& config) {
    std::vector<double> boundaries;
    DiscretizationOptions options;
    DType dtype = f32;
    config("dtype", dtype);
    if (is_floating(dtype)) options.dtype = dtype;
    config.or_null("bin_boundaries", boundaries).or_null("num_bins", options.num_bins);
    config("output_mode", options.output_mode).ignore("epsilon");
    if (options.num_bins == 0) options.bin_boundaries = boundaries;
    Discretization layer(options);
    layer.boundaries_ = boundaries;
    layer.check_boundaries();
    return layer;
}

}  // namespace shikumi::nn
