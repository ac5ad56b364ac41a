// Equations of einsum, beyond the rows of the table.
#include <vector>

#include <shikumi/autograd/ops/detail/equation.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>

#include "catch.hpp"

using namespace shikumi;
using shikumi_test::contains;
using Numbers = std::vector<double>;

namespace {

double difference(const Tensor& a, const Tensor& b) {
    REQUIRE(a.shape() == b.shape());
    return max(abs(a - b)).item<double>();
}

Tensor normal(const Shape& shape, std::uint64_t seed) {
    Generator rng(seed);
    return random_normal(shape, rng, 0, 1, f64);
}

}  // namespace

TEST_CASE("einsum of one tensor moves and adds up axes", "[ops]") {
    const Tensor x = normal({2, 3, 4}, 1);
    CHECK(difference(einsum("abc->cab", {x}), transpose(x, {2, 0, 1})) == 0);
    CHECK(difference(einsum("abc->b", {x}), sum(x, {0, 2})) < 1e-12);
    CHECK(difference(einsum("abc->", {x}), sum(x)) < 1e-12);
    CHECK(difference(einsum("cab", {x}), transpose(x, {1, 2, 0})) == 0);
    CHECK(difference(einsum("...a->a...", {x}), transpose(x, {2, 0, 1})) == 0);
}

TEST_CASE("einsum of several tensors multiplies them", "[ops]") {
    const Tensor a = normal({2, 3}, 1), b = normal({3, 4}, 2), c = normal({4, 5}, 3);
    CHECK(difference(einsum("ij,jk", {a, b}), matmul(a, b)) < 1e-12);
    CHECK(difference(einsum(" ij , jk -> ki ", {a, b}), transpose(matmul(a, b))) < 1e-12);
    CHECK(difference(einsum("ij,jk,kl->il", {a, b, c}), matmul(matmul(a, b), c)) < 1e-12);
    CHECK(difference(einsum("ij,ij->ij", {a, a}), a * a) < 1e-12);
    CHECK(difference(einsum("ij,ij->", {a, a}), sum(a * a)) < 1e-12);
    CHECK(difference(einsum("i,j->ij", {flatten(slice(a, 1, {0, 1})), flatten(b)}),
                     slice(a, 1, {0, 1}) * reshape(b, {1, 12})) < 1e-12);
    // Axes of an ellipsis broadcast.
    const Tensor many = normal({5, 1, 2, 3}, 4), few = normal({6, 3, 4}, 5);
    CHECK(difference(einsum("...ij,...jk->...ik", {many, few}), matmul(many, few)) < 1e-12);
    const Tensor whole = einsum("ij,jk->ik", {tensor({{1, 2}}, i64), tensor({{3}, {4}}, i64)});
    CHECK(whole.dtype() == i64);
    CHECK(whole.item<int>() == 11);
    CHECK(einsum("ij->", {tensor({{1, 2}}, i32)}).dtype() == i32);
    CHECK(einsum("ij,jk->ik", {zeros({2, 0}), zeros({0, 3})}).to_vector<double>() == Numbers(6, 0));
}

TEST_CASE("a label twice in one tensor is its diagonal", "[ops]") {
    const Tensor x = normal({3, 3}, 1), cube = normal({3, 2, 3, 3}, 2);
    const auto a = x.to_vector<double>(), c = cube.to_vector<double>();
    CHECK(einsum("ii->i", {x}).to_vector<double>() == Numbers{a[0], a[4], a[8]});
    CHECK(einsum("ii", {x}).item<double>() == Approx(a[0] + a[4] + a[8]));
    const auto diagonal = einsum("ijii->ji", {cube});
    CHECK(diagonal.shape() == Shape{2, 3});
    Numbers wanted;
    for (std::size_t j = 0; j < 2; ++j) {
        for (std::size_t i = 0; i < 3; ++i) wanted.push_back(c[((i * 2 + j) * 3 + i) * 3 + i]);
    }
    CHECK(diagonal.to_vector<double>() == wanted);
    CHECK(einsum("...ii->...", {zeros({2, 0, 0})}).to_vector<double>() == Numbers{0, 0});
    check_gradients(FunctionOfMany([](const std::vector<Tensor>& t) {
                        return einsum("aab,b->a", {t[0], t[1]});
                    }),
                    {normal({3, 3, 2}, 3), normal({2}, 4)});
}

TEST_CASE("einsum has derivatives of any order", "[ops]") {
    const auto f = [](const std::vector<Tensor>& x) {
        return einsum("bij,jk,b->ki", {x[0], x[1], x[2]});
    };
    check_gradients(FunctionOfMany(f), {normal({2, 3, 4}, 1), normal({4, 2}, 2), normal({2}, 3)});
}

TEST_CASE("equations are read, and refused where they mean nothing", "[ops]") {
    const auto parsed = detail::parse_equation("test", "b...a,ac->...c");
    CHECK(parsed.inputs == std::vector<std::string>{"b.a", "ac"});
    CHECK(parsed.output == ".c");
    CHECK(detail::parse_equation("test", "c...a,ab").output == ".bc");
    REQUIRE_THROWS_WITH(detail::parse_equation("test", "a..b->a"), contains("'.'"));
    CHECK(detail::parse_equation("test", "aba").output == "b");
    REQUIRE_THROWS_WITH(detail::parse_equation("test", "ab->aba"), contains("a twice"));
    REQUIRE_THROWS_WITH(detail::parse_equation("test", "...a...->a"), contains("... twice"));
    REQUIRE_THROWS_WITH(einsum("aa->a", {ones({2, 3})}),
                        contains("both axes a") && contains("(2, 3)"));
    REQUIRE_THROWS_WITH(detail::parse_equation("test", "ab->abc"), contains("axis c"));
    REQUIRE_THROWS_WITH(einsum("ab,bc->ac", {ones({2, 3}), ones({4, 2})}),
                        contains("(2, 3)") && contains("(4, 2)"));
    REQUIRE_THROWS_WITH(einsum("abc->a", {ones({2, 3})}), contains("3 axes") && contains("(2, 3)"));
    REQUIRE_THROWS_WITH(einsum("a,a->a", {ones({2})}), contains("2 tensors"));
}
