#include <shikumi/datasets/standardizer.hpp>

#include <span>

#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::datasets {
namespace {

Shape row_shape(const Tensor& x) {
    const Shape::Sizes sizes = x.shape().sizes();
    return Shape(std::span(sizes.begin(), sizes.end()).subspan(1));
}

}  // namespace

Standardizer Standardizer::fit(const Tensor& x) {
    if (x.rank() == 0 || x.shape()[0] == 0)
        fail<ShapeError>("Standardizer", "no rows to fit, got ", x.spec());
    if (!is_floating(x.dtype()))
        fail<DTypeError>("Standardizer", "features are floating, got ", x.spec(), "; cast first");
    if (!all(isfinite(x)).item<bool>())
        fail<ValueError>("Standardizer", "the features ", x.spec(), " hold NaN or infinity");
    const Tensor wide = x.cast(f64);
    // A constant's variance is rounding error, not 0: ask whether it is constant.
    const Tensor constant = equal(max(x, 0), min(x, 0));
    const Tensor mean = shikumi::mean(wide, 0);
    const Tensor deviation = where(constant, 1.0, std(wide, 0));
    return {Tensor(mean.array()), Tensor(deviation.array())};
}

Tensor Standardizer::operator()(const Tensor& x) const {
    if (x.rank() == 0 || row_shape(x) != mean_.shape())
        fail<ShapeError>("Standardizer", "fitted on rows ", mean_.shape(), ", got ", x.spec());
    return (x - mean_.cast(x.dtype())) / deviation_.cast(x.dtype());
}

}  // namespace shikumi::datasets
