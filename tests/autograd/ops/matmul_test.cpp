// The bits of a product and of its gradient don't depend on what was looked at before.
#include <vector>

#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>

#include "catch.hpp"

using namespace shikumi;

namespace {

using Bits = std::vector<double>;

enum class Look { never, at_transpose, at_transpose_of_pending };

Bits gradient_of_gram(const Tensor& x, const Tensor& c, Look look) {
    return grad([&](const Tensor& t) {
               const Tensor a = look == Look::at_transpose_of_pending ? t * 1.5 : t;
               const Tensor turned = transpose(a);
               if (look != Look::never) evaluate(turned);
               const Tensor scaled = look == Look::at_transpose_of_pending ? t * 1.5 : a;
               return sum(c * matmul(scaled, turned)) + sum(square(matmul(turned, scaled)));
           })(x)
        .to_vector<double>();
}

}  // namespace

TEST_CASE("products of transposes have the same bits, looked at or not", "[matmul]") {
    Generator rng(3);
    for (const DType dtype : {f32, f64}) {
        for (Index m = 1; m <= 40; m += 3) {
            for (Index n = 1; n <= 40; n += 6) {
                INFO(m << " x " << n << " " << name(dtype));
                const Tensor a = Tensor(random_normal({m, n}, rng, 0, 1, dtype).array());
                const Tensor c = Tensor(random_normal({m, m}, rng, 0, 1, dtype).array());
                const Bits lazy = gradient_of_gram(a, c, Look::never);
                CHECK(gradient_of_gram(a, c, Look::at_transpose) == lazy);
                const Tensor b = Tensor((a * 1.5).array());
                Bits scaled = gradient_of_gram(a, c, Look::at_transpose_of_pending);
                const Eager eager;
                CHECK(gradient_of_gram(a, c, Look::never) == lazy);
                CHECK(gradient_of_gram(a, c, Look::at_transpose_of_pending) == scaled);
            }
        }
    }
}

TEST_CASE("products of batches of transposes have the same bits, looked at or not", "[matmul]") {
    Generator rng(4);
    const Tensor a = Tensor(random_normal({3, 5, 7}, rng).array());
    const auto bits = [&](bool look) {
        const Tensor turned = transpose(a, {0, 2, 1});
        if (look) evaluate(turned);
        return matmul(a, turned).to_vector<float>();
    };
    CHECK(bits(true) == bits(false));
}

TEST_CASE("a product of batches over no elements has derivatives", "[matmul]") {
    const Tensor x = zeros({2, 4, 0}), w = zeros({0, 3});
    const Tensor y = matmul(x, w);
    CHECK(y.to_vector<float>() == std::vector<float>(24, 0.0F));
    CHECK(grad(sum(y), {x})[0].shape() == x.shape());
    CHECK(grad(sum(y), {w})[0].shape() == w.shape());
}
