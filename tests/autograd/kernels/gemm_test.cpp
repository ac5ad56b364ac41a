// Compares matrix products with three loops.
#include "catch.hpp"
#include "support/thread_count.hpp"

#include <cstring>
#include <limits>
#include <vector>

#include <shikumi/autograd/graph/node.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/kernels/gemm.hpp>
#include <shikumi/autograd/kernels/threads.hpp>
#include <shikumi/autograd/memory/array.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>

using namespace shikumi;
using shikumi_test::contains;
using shikumi_test::ThreadCount;

namespace {

// Small whole numbers: every product and sum is exact in every dtype.
Array counting(const Spec& spec, Index seed) {
    Array a(spec);
    dispatch(spec.dtype, [&]<class T>() {
        for (Index i = 0; i < a.size(); ++i)
            a.mutable_data<T>()[static_cast<std::size_t>(i)] =
                static_cast<T>((i * 7 + seed) % 11 - 5);
    });
    return a;
}

ConstView look(const Array& a) { return {a.raw(), a.spec()}; }

template <class T>
std::vector<T> naive(const Array& a, bool ta, const Array& b, bool tb, Index m, Index n, Index k) {
    const auto x = a.data<T>(), y = b.data<T>();
    std::vector<T> out;
    for (Index i = 0; i < m; ++i) {
        for (Index j = 0; j < n; ++j) {
            T sum = 0;
            for (Index l = 0; l < k; ++l)
                sum += x[static_cast<std::size_t>(ta ? l * m + i : i * k + l)] *
                       y[static_cast<std::size_t>(tb ? j * k + l : l * n + j)];
            out.push_back(sum);
        }
    }
    return out;
}

template <class T>
std::vector<T> values(const Array& a) {
    return {a.data<T>().begin(), a.data<T>().end()};
}

}  // namespace

TEST_CASE("products in all dtypes, flags and sizes") {
    for (const DType dtype : {f32, f64, i32, i64}) {
        for (const auto& size : {std::array<Index, 3>{1, 1, 1},
                                 {3, 5, 4},
                                 {17, 1, 33},
                                 {20, 9, 3},
                                 {5, 2, 35},
                                 {1, 40, 7},
                                 {70, 130, 90}}) {
            const Index m = size[0], n = size[1], k = size[2];
            for (const bool ta : {false, true}) {
                for (const bool tb : {false, true}) {
                    const Array a = counting({ta ? Shape{k, m} : Shape{m, k}, dtype}, 1);
                    const Array b = counting({tb ? Shape{n, k} : Shape{k, n}, dtype}, 3);
                    const Array c({{m, n}, dtype});
                    kernels::matmul(look(a), ta, look(b), tb, {c.raw(), c.spec()});
                    dispatch(dtype, [&]<class T>() {
                        CHECK(values<T>(c) == naive<T>(a, ta, b, tb, m, n, k));
                    });
                }
            }
        }
    }
}

TEST_CASE("a product over an empty axis is zero") {
    for (const DType dtype : {f32, f64, i32, i64}) {
        const Tensor none = matmul(zeros({2, 0}, dtype), zeros({0, 3}, dtype));
        CHECK(none.to_vector<double>() == std::vector<double>(6, 0.0));
    }
    CHECK(matmul(zeros({0, 4}), zeros({4, 3})).shape() == Shape{0, 3});
    CHECK(matmul(zeros({0, 4}), zeros({4, 3})).to_vector<float>().empty());
    CHECK(matmul(zeros({5, 2, 0}), zeros({0, 1})).to_vector<float>() ==
          std::vector<float>(10, 0.0F));
    CHECK(matmul(zeros({0, 2, 3}), zeros({3, 1})).shape() == Shape{0, 2, 1});
    CHECK(matmul(zeros({0, 2, 3}), zeros({3, 1})).to_vector<float>().empty());
}

TEST_CASE("batches broadcast") {
    const auto check = [](const Shape& sa, const Shape& sb, const Shape& out) {
        const Array a = counting({sa, f64}, 2), b = counting({sb, f64}, 5);
        const Tensor c = matmul(Tensor(a), Tensor(b));
        REQUIRE(c.shape() == out);
        // Equals the product of operands that are broadcast by hand.
        const auto stretched = [&](const Tensor& t) {
            Shape::Sizes sizes = out.sizes();
            sizes[out.rank() - 2] = t.shape()[t.rank() - 2];
            sizes[out.rank() - 1] = t.shape().back();
            return broadcast_to(t, Shape(sizes)).array();
        };
        const Array wide_a = stretched(Tensor(a)), wide_b = stretched(Tensor(b));
        const Index m = out[out.rank() - 2], n = out.back(), k = sa.back();
        std::vector<double> expected;
        for (Index i = 0; i < out.size() / (m * n); ++i) {
            const auto matrix = [&](const Array& all, Index rows, Index columns) {
                const auto from =
                    all.data<double>().subspan(static_cast<std::size_t>(i * rows * columns),
                                               static_cast<std::size_t>(rows * columns));
                return Array::of(from, {rows, columns});
            };
            const auto part =
                naive<double>(matrix(wide_a, m, k), false, matrix(wide_b, k, n), false, m, n, k);
            expected.insert(expected.end(), part.begin(), part.end());
        }
        CHECK(c.to_vector<double>() == expected);
    };
    check({4, 2, 3}, {4, 3, 5}, {4, 2, 5});
    check({4, 2, 3}, {3, 5}, {4, 2, 5});
    check({2, 3}, {4, 3, 5}, {4, 2, 5});
    check({2, 1, 2, 3}, {4, 3, 5}, {2, 4, 2, 5});
    check({1, 2, 3}, {4, 3, 5}, {4, 2, 5});
    check({6, 1, 4, 2, 3}, {5, 1, 3, 2}, {6, 5, 4, 2, 2});
}

TEST_CASE("vectors are rows on the left and columns on the right") {
    const Tensor v = tensor({1, 2, 3}), m = tensor({{1, 2}, {3, 4}, {5, 6}});
    CHECK(matmul(v, v).item<float>() == 14);
    CHECK(matmul(v, v).shape() == Shape{});
    CHECK(matmul(v, m).to_vector<float>() == std::vector<float>{22, 28});
    CHECK(matmul(transpose(m), v).to_vector<float>() == std::vector<float>{22, 28});
    CHECK(matmul(v, ones({7, 3, 2})).shape() == Shape{7, 2});
    CHECK(matmul(ones({7, 2, 3}), v).shape() == Shape{7, 2});
}

TEST_CASE("large products have the same bits for any number of threads") {
    const ThreadCount restore;
    Generator rng(3);
    for (const auto [m, n, k] :
         {std::array<Index, 3>{300, 200, 150}, {64, 1000, 70}, {2000, 10, 60}}) {
        const Array a = random_normal({m, k}, rng).array(), b = random_normal({k, n}, rng).array();
        std::vector<std::vector<float>> results;
        for (const int threads : {1, 2, 3, 4}) {
            set_num_threads(threads);
            const Array c({{m, n}, f32});
            kernels::matmul(look(a), false, look(b), false, {c.raw(), c.spec()});
            results.push_back(values<float>(c));
        }
        for (const auto& result : results) CHECK(result == results[0]);
        double worst = 0;
        const auto x = a.data<float>(), y = b.data<float>();
        for (Index i = 0; i < m; i += 37) {
            for (Index j = 0; j < n; ++j) {
                double sum = 0;
                for (Index l = 0; l < k; ++l)
                    sum += static_cast<double>(x[static_cast<std::size_t>(i * k + l)]) *
                           y[static_cast<std::size_t>(l * n + j)];
                worst = std::max(worst,
                                 std::abs(sum - results[0][static_cast<std::size_t>(i * n + j)]));
            }
        }
        CHECK(worst < 1e-4);
    }
}

TEST_CASE("a product can be added to the result") {
    const Array a = counting({{3, 4}, f32}, 1), b = counting({{4, 2}, f32}, 2);
    std::vector<float> c(6, 100), expected = naive<float>(a, false, b, false, 3, 2, 4);
    kernels::multiply({.m = 3, .n = 2, .k = 4, .accumulate = true}, a.raw(), b.raw(), c.data());
    for (float& x : expected) x += 100;
    CHECK(c == expected);
    // A column and the rows of Bᵀ's first column, three elements apart.
    const std::vector<float> column{1, 2, 3}, rows{5, 0, 0, 6, 0, 0};
    kernels::multiply({.transpose_b = true, .m = 3, .n = 2, .k = 1, .accumulate = true, .ldb = 3},
                      column.data(), rows.data(), c.data());
    for (std::size_t i = 0; i < 6; ++i) expected[i] += column[i / 2] * rows[i % 2 * 3];
    CHECK(c == expected);
}

TEST_CASE("products of integers wrap around") {
    const std::int64_t most = std::numeric_limits<std::int64_t>::max();
    CHECK(matmul(tensor({{most, 1}}, i64), tensor({{2}, {5}}, i64)).item<std::int64_t>() == 3);
}

TEST_CASE("a pending transpose becomes a flag") {
    const Tensor a = ones({3, 2}), b = ones({3, 4});
    const Tensor c = matmul(transpose(a), b);
    CHECK(c.node()->inputs()[0].node() == a.node());
    CHECK(c.shape() == Shape{2, 4});

    const Tensor constant = [&] {
        const NoGrad none;
        return transpose(a);
    }();
    const Tensor d = matmul(constant, b);
    CHECK(d.node()->inputs()[0].node() == constant.node());
    CHECK(grad(sum(d), {a})[0].to_vector<float>() == std::vector<float>(6, 0.0F));
}

TEST_CASE("a matrix that multiplied a batch gets its gradient from one product") {
    const Tensor x = broadcast_to(arange(5, 10, 1, f64), {3, 4, 5});
    const Tensor w = ones({5, 2}, f64);
    const Tensor g = grad(sum(square(matmul(x, w))), {w})[0];
    CHECK(g.node()->op->name() == "matmul");
    CHECK(g.node()->inputs()[0].rank() == 2);
}

TEST_CASE("mistakes in products") {
    CHECK_THROWS_WITH(matmul(ones({2, 3}), ones({4, 5})),
                      "[matmul] inner dimensions differ: (2, 3) x (4, 5): 3 vs 4");
    CHECK_THROWS_WITH(matmul(ones({3}), ones({4, 5})), contains("(3,) x (4, 5): 3 vs 4"));
    CHECK_THROWS_AS(matmul(ones({2, 2, 3}), ones({3, 3, 5})), ShapeError);
    CHECK_THROWS_AS(matmul(ones({}), ones({3})), ShapeError);
    CHECK_THROWS_AS(matmul(ones({2, 2}), ones({2, 2}, f64)), DTypeError);
    CHECK_THROWS_AS(matmul(ones({2, 2}, bool_), ones({2, 2}, bool_)), DTypeError);
    CHECK_THROWS_WITH(
        kernels::multiply({.m = Index{1} << 31, .n = 1, .k = 1}, nullptr, nullptr, nullptr),
        contains("32-bit"));
}
