// Arrays of a plan that share memory.
#include <vector>

#include <shikumi/autograd/evaluate/plan/make_plan.hpp>
#include <shikumi/autograd/ops/ops.hpp>

#include "catch.hpp"

using namespace shikumi;
using namespace shikumi::detail;

namespace {

constexpr Index n = 32;
constexpr std::size_t array = n * n * sizeof(float);

Tensor matrix(Index rows, Index columns) {
    return reshape(arange(0, static_cast<double>(rows * columns), 1, f32), {rows, columns}) * 1e-3;
}

// The workspace of the plan for the graph that `f` records. Checks its values against Eager.
template <class F>
std::size_t workspace(F f) {
    const std::vector<float> wanted = [&] {
        const Eager eager;
        return f().template to_vector<float>();
    }();
    const Tensor root = f();
    const std::size_t bytes = make_plan(PendingGraph({&root, 1}, {})).workspace;
    CHECK(root.to_vector<float>() == wanted);
    return bytes;
}

}  // namespace

TEST_CASE("a group's value overwrites an array whose last reader is the group") {
    const Tensor x = matrix(n, n), row = matrix(1, n);
    evaluate(x), evaluate(row);

    SECTION("between two products there is one array") {
        CHECK(workspace([&] { return matmul(relu(matmul(x, x) + 1.0), x); }) == array);
        CHECK(workspace([&] { return matmul(relu(matmul(x, x) * row), x); }) == array);
    }
    SECTION("an array with later readers is not overwritten") {
        const auto twice = [&] {
            const Tensor y = matmul(x, x), u = exp(-y);
            return matmul(u, u * y);
        };
        CHECK(workspace(twice) == 2 * array);
        const auto later = [&] {
            const Tensor y = matmul(x, x);
            return matmul(matmul(relu(y), x) + y, x);
        };
        CHECK(workspace(later) == 3 * array);
    }
    SECTION("two values overwrite two arrays, for any number of readers") {
        const auto two = [&] {
            const Tensor a = matmul(x, x), b = transpose(x);
            const Tensor u = where(a > 0.1, a, a * 2.0), v = where(b > u, b, b * u);
            return matmul(u, v);
        };
        CHECK(workspace(two) == 2 * array);
    }
    SECTION("a broadcast array or one of another element size is not overwritten") {
        CHECK(workspace([&] { return matmul(relu(matmul(row, x) + x), x); }) ==
              array + n * sizeof(float));
        CHECK(workspace([&] {
                  return matmul((matmul(x, x).cast(f64) + 1.0), x.cast(f64)).cast(f32);
              }) >= 3 * array);
    }
}
