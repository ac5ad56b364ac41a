// Means of windows are quotients; empty batches, axes and channels.
#include <limits>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>

#include "catch.hpp"

using namespace shikumi;

namespace {

void check_all(const Tensor& got, double wanted) {
    for (const double value : got.to_vector<double>()) CHECK(value == wanted);
}

}  // namespace

TEST_CASE("the mean of a window of equal numbers is that number", "[pooling]") {
    for (const DType dtype : {f32, f64}) {
        for (Index n = 1; n <= 120; ++n) {
            INFO(n);
            check_all(average_pool(full({1, n, 2}, 1e6, dtype), n), 1e6);
            check_all(average_pool(full({1, n, 2, 1}, 3, dtype), {n, 2},
                                   {.strides = 1, .padding = Padding::same}),
                      3);
            check_all(adaptive_average_pool(full({1, n, 2}, 1e6, dtype), 7), 1e6);
        }
    }
}

TEST_CASE("adaptive means keep infinities", "[pooling]") {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    // Windows of five elements for three places: {0, 1}, {1, 2, 3}, {3, 4}.
    const Tensor x = reshape(tensor({1., infinity, 2., 3., 5.}, f64), {1, 5, 1});
    CHECK(adaptive_average_pool(x, 3).to_vector<double>() ==
          std::vector<double>{infinity, infinity, 4});
    CHECK(grad([](const Tensor& t) { return sum(adaptive_average_pool(t, 3)); })(x)
              .to_vector<double>()[4] == 0.5);
}

TEST_CASE("pooling of empty batches and channels", "[pooling]") {
    for (const Shape& shape : {Shape{0, 4, 6, 2}, {2, 4, 6, 0}, {0, 4, 6, 0}}) {
        INFO(shape);
        const Tensor x = zeros(shape);
        for (const Tensor& y :
             {max_pool(x, 2), average_pool(x, 2), adaptive_average_pool(x, {2, 3}),
              adaptive_max_pool(x, {2, 3}), adaptive_average_pool(x, {3, 4})}) {
            CHECK(y.size() == 0);
            CHECK(y.to_vector<float>().empty());
            CHECK(grad(sum(y), {x})[0].shape() == shape);
        }
    }
    CHECK_THROWS_AS(adaptive_average_pool(zeros({2, 0, 3}), 2), ShapeError);
    CHECK_THROWS_AS(average_pool(zeros({2, 0, 3}), 2), ShapeError);
    CHECK_THROWS_AS(max_pool(zeros({2, 0, 3}), 2), ShapeError);
}
