#include <shikumi/datasets/pca.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <vector>

#include <shikumi/autograd/kernels/eigen.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::datasets {
namespace {

void make_largest_positive(std::span<double> loadings) {
    const auto largest = std::max_element(loadings.begin(), loadings.end(), [](double a, double b) {
        return std::abs(a) < std::abs(b);
    });
    if (*largest < 0) {
        for (double& loading : loadings) loading = -loading;
    }
}

}  // namespace

PCA PCA::fit(const Tensor& x, Index components) {
    if (x.rank() != 2 || x.shape()[0] < 2)
        fail<ShapeError>("PCA", "a matrix of two rows or more is wanted, got ", x.spec());
    if (!is_floating(x.dtype()))
        fail<DTypeError>("PCA", "features are floating, got ", x.spec(), "; cast first");
    const Index features = x.shape()[1];
    if (components < 1 || components > features)
        fail<ValueError>("PCA", components, " components of ", features, " features");
    if (!all(isfinite(x)).item<bool>())
        fail<ValueError>("PCA", "the features ", x.spec(), " hold NaN or infinity");

    const Tensor wide = x.cast(f64);
    const Tensor mean = shikumi::mean(wide, 0);
    const Tensor centred = wide - mean;
    const Tensor covariance =
        matmul(transpose(centred), centred) / static_cast<double>(x.shape()[0] - 1);
    std::vector<double> vectors = covariance.to_vector<double>();
    const std::vector<double> variances = kernels::diagonalize(vectors, features);
    const double total = std::accumulate(variances.begin(), variances.end(), 0.0);
    if (!(total > 0)) fail<ValueError>("PCA", "all rows of ", x.spec(), " are the same");

    const auto n = static_cast<std::size_t>(features);
    std::vector<double> rows, ratios;
    for (std::size_t i = n; i-- > n - static_cast<std::size_t>(components);) {
        const auto row = std::span(vectors).subspan(i * n, n);
        make_largest_positive(row);
        rows.insert(rows.end(), row.begin(), row.end());
        ratios.push_back(std::max(variances[i], 0.0) / total);
    }
    return {Tensor(mean.array()), tensor(rows, Shape{components, features}), tensor(ratios)};
}

Tensor PCA::transform(const Tensor& x) const {
    if (x.rank() != 2 || x.shape()[1] != mean_.size())
        fail<ShapeError>("PCA", "fitted on ", mean_.size(), " features, got ", x.spec());
    return matmul(x.cast(f64) - mean_, transpose(components_)).cast(x.dtype());
}

}  // namespace shikumi::datasets
