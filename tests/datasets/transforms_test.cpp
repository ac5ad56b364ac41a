#include <shikumi/datasets/bundled.hpp>
#include <shikumi/datasets/pca.hpp>
#include <shikumi/datasets/standardizer.hpp>

#include <cmath>
#include <limits>

#include <shikumi/autograd/ops/ops.hpp>

#include "catch.hpp"

using namespace shikumi;
using namespace shikumi_test;
using datasets::PCA;
using datasets::Standardizer;

namespace {

const float not_a_number = std::numeric_limits<float>::quiet_NaN();

}  // namespace

TEST_CASE("Standardizer brings the training data to mean 0 and deviation 1", "[transforms]") {
    const Tensor x = datasets::iris().features;
    const auto standardize = Standardizer::fit(x);
    CHECK(standardize.mean().spec() == Spec{{4}, f64});
    CHECK(standardize.mean().to_vector<double>()[0] == Approx(5.8433333).epsilon(1e-7));
    CHECK(standardize.deviation().to_vector<double>()[0] == Approx(0.8253013).epsilon(1e-6));

    const Tensor y = standardize(x);
    CHECK(y.spec() == x.spec());
    for (const double m : mean(y.cast(f64), 0).to_vector<double>()) CHECK(std::abs(m) < 1e-6);
    for (const double d : shikumi::std(y.cast(f64), 0).to_vector<double>())
        CHECK(d == Approx(1).epsilon(1e-6));
    CHECK(standardize(x.cast(f64)).dtype() == f64);
}

TEST_CASE("Standardizer leaves constant features at 0", "[transforms]") {
    const Tensor x = tensor({{0.1, 1, 5}, {0.1, 2, 5}, {0.1, 4, 5}});
    const auto values = Standardizer::fit(x)(x).to_vector<float>();
    for (const std::size_t i : {0u, 2u, 3u, 5u, 6u, 8u}) CHECK(values[i] == 0);
    CHECK(values[7] > 1);
    const Tensor images = ones({5, 3, 2});
    CHECK(Standardizer::fit(images)(images).to_vector<float>() == std::vector<float>(30));
}

TEST_CASE("Standardizer refuses", "[transforms]") {
    CHECK_THROWS_AS(Standardizer::fit(ones({0, 3})), ShapeError);
    CHECK_THROWS_AS(Standardizer::fit(scalar(1)), ShapeError);
    CHECK_THROWS_AS(Standardizer::fit(ones({2, 3}, i64)), DTypeError);
    CHECK_THROWS_AS(Standardizer::fit(tensor(std::vector<float>{1, not_a_number})), ValueError);
    CHECK_THROWS_AS(Standardizer::fit(ones({2, 3}))(ones({2, 4})), ShapeError);
    CHECK_THROWS_AS(Standardizer::fit(ones({2, 3}))(scalar(1)), ShapeError);
}

TEST_CASE("PCA of Iris gives the known variance ratios", "[transforms]") {
    const Tensor x = datasets::iris().features;
    const auto pca = PCA::fit(x, 4);
    const auto ratios = pca.explained_variance_ratio().to_vector<double>();
    const double known[] = {0.924619, 0.053066, 0.017103, 0.005212};
    for (std::size_t i = 0; i < 4; ++i) CHECK(ratios[i] == Approx(known[i]).margin(1e-6));

    const double first[] = {0.361387, -0.084523, 0.856671, 0.358289};
    for (std::size_t i = 0; i < 4; ++i)
        CHECK(pca.components().to_vector<double>()[i] == Approx(first[i]).margin(1e-6));

    const auto products = matmul(pca.components(), transpose(pca.components())).to_vector<double>();
    for (std::size_t i = 0; i < 16; ++i)
        CHECK(products[i] == Approx(i % 5 == 0 ? 1 : 0).margin(1e-13));

    // Four components lose nothing: the inverse rotation restores the features.
    const Tensor back = matmul(pca.transform(x.cast(f64)), pca.components()) + pca.mean();
    CHECK(max(abs(back - x.cast(f64))).item<double>() < 1e-13);
    CHECK(PCA::fit(x, 2).transform(x).spec() == Spec{{150, 2}, f32});
}

TEST_CASE("PCA makes the largest loading positive, also for negated data", "[transforms]") {
    const Tensor x = datasets::iris().features;
    const auto there = PCA::fit(x, 4).components().to_vector<double>();
    const auto back = PCA::fit(-x, 4).components().to_vector<double>();
    for (std::size_t i = 0; i < 16; ++i) CHECK(there[i] == Approx(back[i]).margin(1e-12));
}

TEST_CASE("PCA of many features, some of them constant", "[transforms]") {
    const auto digits = datasets::digits();
    const Tensor x = digits.images.reshape({1797, 64});
    const auto pca = PCA::fit(x, 64);
    const auto ratios = pca.explained_variance_ratio().to_vector<double>();
    CHECK(ratios[0] == Approx(0.148906).margin(1e-6));
    CHECK(ratios[1] == Approx(0.136188).margin(1e-6));
    CHECK(ratios[63] == Approx(0).margin(1e-12));
    double total = 0;
    for (const double r : ratios) total += r;
    CHECK(total == Approx(1));

    // The coordinates are uncorrelated: their covariance is diagonal.
    const Tensor y = pca.transform(x.cast(f64));
    const auto covariance = (matmul(transpose(y), y) / 1796.0).to_vector<double>();
    double largest = 0;
    for (std::size_t i = 0; i < 64; ++i) {
        for (std::size_t j = 0; j < i; ++j)
            largest = std::max(largest, std::abs(covariance[i * 64 + j]));
    }
    CHECK(largest < 1e-10);
}

TEST_CASE("PCA refuses", "[transforms]") {
    const Tensor x = tensor({{1, 2}, {3, 5}, {4, 4}});
    CHECK_THROWS_AS(PCA::fit(x, 0), ValueError);
    CHECK_THROWS_AS(PCA::fit(x, 3), ValueError);
    CHECK_THROWS_AS(PCA::fit(ones({3, 2}), 1), ValueError);
    CHECK_THROWS_AS(PCA::fit(ones({1, 2}), 1), ShapeError);
    CHECK_THROWS_AS(PCA::fit(ones({3}), 1), ShapeError);
    CHECK_THROWS_AS(PCA::fit(ones({3, 2}, i64), 1), DTypeError);
    CHECK_THROWS_AS(PCA::fit(tensor(std::vector<float>{1, not_a_number, 2, 3}, {2, 2}), 1),
                    ValueError);
    CHECK_THROWS_AS(PCA::fit(x, 1).transform(ones({3, 3})), ShapeError);
}
