// What the table of operations does not show of linear algebra: sizes, errors in words, singular
// matrices, equal eigenvalues, numbers of threads.
#include <shikumi/autograd/ops/linalg.hpp>

#include <cmath>
#include <functional>
#include <utility>
#include <vector>

#include <shikumi/autograd/kernels/threads.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>

#include "catch.hpp"

using namespace shikumi;

namespace {

using Numbers = std::vector<double>;

Tensor random(const Shape& shape, std::uint64_t seed = 3) {
    Generator rng(seed);
    return random_normal(shape, rng, 0, 1, f64);
}

Tensor symmetric(const Tensor& x) { return (x + transpose(x)) / 2; }

double distance(const Tensor& a, const Tensor& b) {
    REQUIRE(a.shape() == b.shape());
    return a.size() == 0 ? 0 : max(abs(a - b)).item<double>();
}

// An orthogonal matrix.
Tensor rotation(Index n) { return qr(random({n, n}, 9)).q; }

// The symmetric matrix with these eigenvalues.
Tensor with_eigenvalues(const Numbers& w) {
    const Tensor v = rotation(static_cast<Index>(w.size()));
    return symmetric(matmul(v * tensor(w), transpose(v)));
}

// d/dt of f's gradient along e, in the three orders.
std::vector<Tensor> second_derivatives(const Function& f, const Tensor& x, const Tensor& e) {
    const Tensor v = identity(x);
    const Tensor y = f(v), gradient = grad(y, {v})[0];
    return {jvp(gradient, {v}, {e}), vjp(gradient, {v}, e)[0], grad(jvp(y, {v}, {e}), {v})[0]};
}

}  // namespace

TEST_CASE("matrices of every size are solved and decomposed", "[linalg]") {
    for (const Index n : {0, 1, 2, 17, 100}) {
        INFO(n);
        const Tensor a = random({n, n}) + n * eye(n, {}, f64), b = random({n, 2}, 4);
        CHECK(distance(matmul(a, solve(a, b)), b) < 1e-11);
        CHECK(distance(matmul(a, inv(a)), eye(n, {}, f64)) < 1e-12);
        const Tensor s = matmul(a, transpose(a)) + eye(n, {}, f64), l = cholesky(s);
        CHECK(distance(matmul(l, transpose(l)), s) < 1e-9);
        CHECK(distance(l, tril(l)) == 0);
        const auto [q, r] = qr(a);
        CHECK(distance(matmul(q, r), a) < 1e-11);
        CHECK(distance(matmul(transpose(q), q), eye(n, {}, f64)) < 1e-12);
        CHECK(all(diag(r) >= 0).item<bool>());
        const auto [u, values, vh] = svd(a);
        CHECK(distance(matmul(u * values, vh), a) < 1e-11);
        const auto [w, v] = eigh(s);
        CHECK(distance(matmul(v * w, transpose(v)), s) < 1e-9);
        CHECK(distance(w, eigvalsh(s)) < 1e-9);
        CHECK(distance(pinv(a), inv(a)) < 1e-11);
        CHECK(distance(lstsq(a, b), solve(a, b)) < 1e-11);
        const auto [sign, log] = slogdet(a);
        if (n < 50) CHECK((sign * exp(log)).item<double>() == Approx(det(a).item<double>()));
    }
    CHECK(det(zeros({0, 0})).item<float>() == 1);
    CHECK(slogdet(zeros({0, 0})).sign.item<float>() == 1);
    CHECK(slogdet(zeros({0, 0})).log.item<float>() == 0);
    CHECK(det(zeros({3, 0, 0})).shape() == Shape{3});
    CHECK(svdvals(zeros({2, 0, 4})).shape() == Shape{2, 0});
    CHECK(solve(zeros({0, 2, 2}), zeros({2, 1})).shape() == Shape{0, 2, 1});
    CHECK(solve(eye(3), zeros({3, 0})).shape() == Shape{3, 0});
    CHECK(pinv(zeros({3, 0})).shape() == Shape{0, 3});
    CHECK(matmul(qr(zeros({4, 0})).q, zeros({0, 1})).shape() == Shape{4, 1});
    const auto empty = grad(sum(inv(identity(zeros({0, 0})))), {zeros({0, 0})});
    CHECK(empty[0].shape() == Shape{0, 0});
}

TEST_CASE("f32 is worked out in f64", "[linalg]") {
    const Tensor a = random({20, 20}) + 3 * eye(20, {}, f64), single = a.cast(f32);
    CHECK(inv(single).dtype() == f32);
    CHECK(distance(inv(single).cast(f64), inv(single.cast(f64))) < 1e-6);
    CHECK(distance(det(single).cast(f64) / det(single.cast(f64)), scalar(1, f64)) < 1e-7);
}

TEST_CASE("errors of linear algebra say what is wrong with which matrix", "[linalg]") {
    const Tensor singular = tensor({{1, 2}, {2, 4}}, f64), good = eye(2, {}, f64);
    const Tensor batch = stack({good, good, good, singular, good, good}).reshape({3, 2, 2, 2});
    const Tensor indefinite = tensor({{1, 2}, {2, 1}}, f64);
    const Tensor nan = tensor({{NAN, 0}, {0, 1}}, f64);
    const Tensor x = ones({2}, f64), wide = ones({2, 3}, f64);
    const std::vector<std::pair<const char*, std::function<Tensor()>>> of_values{
        {"[solve] the matrix is singular", [&] { return solve(singular, x); }},
        {"[solve] matrix (1, 1) of the batch is singular",
         [&] {
             return solve(batch, ones({2, 1}, f64));
         }},
        {"[inv] the matrix is singular", [&] { return inv(singular); }},
        {"[inv] matrix (1, 1) of the batch is singular", [&] { return inv(batch); }},
        {"[matrix_power] the matrix is singular", [&] { return matrix_power(singular, -1); }},
        {"[slogdet] the matrix is singular",
         [&] {
             const Tensor v = identity(singular);
             return grad(slogdet(v).log, {v})[0];
         }},
        {"[triangular_solve] the matrix is singular",
         [&] {
             return triangular_solve(tensor({{1, 0}, {1, 0}}, f64), x);
         }},
        {"[cholesky] the matrix is not positive definite", [&] { return cholesky(indefinite); }},
        {"[cholesky] matrix (1,) of the batch is not positive definite",
         [&] {
             return cholesky(stack({good, indefinite}));
         }},
        {"[cholesky] the matrix is not positive definite", [&] { return cholesky(nan); }},
        {"[cholesky_solve] the matrix is singular",
         [&] {
             return cholesky_solve(zeros({2, 2}, f64), x);
         }},
        {"[lstsq] the matrix has not full rank", [&] { return lstsq(singular, x); }},
        {"[lstsq] the matrix has not full rank",
         [&] {
             return lstsq(tensor({{1, 2, 3}, {2, 4, 6}}, f64), x);
         }},
        {"[eigh] the matrix holds NaN or infinity", [&] { return eigh(nan).values; }},
        {"[eigvalsh] the matrix holds NaN or infinity", [&] { return eigvalsh(nan); }},
        {"[svd] the matrix holds NaN or infinity", [&] { return svd(nan).s; }},
        {"[svdvals] the matrix holds NaN or infinity", [&] { return svdvals(nan); }},
        {"[pinv] the matrix holds NaN or infinity", [&] { return pinv(nan); }},
        {"[det] the matrix holds NaN or infinity",
         [&] {
             const Tensor v = identity(nan);
             return grad(det(v), {v})[0];
         }},
        {"[qr] the matrix is singular",
         [&] {
             const Tensor v = identity(zeros({3, 2}, f64));
             return grad(sum(qr(v).r), {v})[0];
         }},
    };
    for (const auto& [words, call] : of_values) {
        const Tensor recorded = call();
        INFO(words);
        CHECK_THROWS_AS(recorded.array(), ValueError);
        CHECK_THROWS_WITH(recorded.array(), shikumi_test::contains(words));
    }
    const std::vector<std::pair<const char*, std::function<void()>>> of_shapes{
        {"[solve] wants a square matrix, got f64 (2, 3)", [&] { solve(wide, x); }},
        {"[solve] wants a matrix, or a batch of them, got f64 (2,)", [&] { solve(x, x); }},
        {"[solve] wants a matrix or a vector b, got f64 ()", [&] { solve(good, scalar(1, f64)); }},
        {"[solve] a of (2, 2) wants a b of 2 rows, got (3, 1)",
         [&] {
             solve(good, ones({3, 1}, f64));
         }},
        {"[solve]",
         [&] {
             solve(ones({2, 2, 2}, f64), ones({3, 2, 1}, f64));
         }},
        {"[triangular_solve] wants a square", [&] { triangular_solve(wide, x); }},
        {"[cholesky] wants a square", [&] { cholesky(wide); }},
        {"[cholesky_solve] wants a square", [&] { cholesky_solve(wide, x); }},
        {"[inv] wants a square", [&] { inv(wide); }},
        {"[det] wants a square", [&] { det(wide); }},
        {"[slogdet] wants a square", [&] { slogdet(wide); }},
        {"[eigh] wants a square", [&] { eigh(wide); }},
        {"[eigvalsh] wants a square", [&] { eigvalsh(wide); }},
        {"[expm] wants a square", [&] { expm(wide); }},
        {"[matrix_power] wants a square", [&] { matrix_power(wide, 2); }},
        {"[qr] wants a matrix", [&] { qr(x); }},
        {"[svd] wants a matrix", [&] { svd(x); }},
        {"[svdvals] wants a matrix", [&] { svdvals(x); }},
        {"[pinv] wants a matrix", [&] { pinv(x); }},
        {"[lstsq] wants a matrix", [&] { lstsq(x, x); }},
        {"[lstsq] a of (2, 3) wants a b of 2 rows, got (3, 1)",
         [&] {
             lstsq(wide, ones({3, 1}, f64));
         }},
        {"[matrix_norm] wants a matrix", [&] { matrix_norm(x); }},
        {"[matrix_norm] axis 1 is named twice",
         [&] {
             matrix_norm(wide, "fro", {1, -1});
         }},
        {"[matrix_norm] of f64 (0, 3)",
         [&] {
             matrix_norm(zeros({0, 3}, f64), 2);
         }},
        {"[diagonal] axis 1 is named twice", [&] { diagonal(wide, 0, 1, -1); }},
        {"[diagonal] wants two axes", [&] { diagonal(x); }},
        {"[trace] wants two axes", [&] { trace(x); }},
        {"[diag] wants a vector or a matrix", [&] { diag(scalar(1)); }},
        {"[tril] wants a matrix", [&] { tril(x); }},
        {"[triu] wants a matrix", [&] { triu(x); }},
        {"[dot] axis 1 of (2, 3) and axis 0 of (2,) differ", [&] { dot(wide, x); }},
        {"[tensordot] can't sum over 2 axes", [&] { tensordot(x, x); }},
        {"[tensordot] 1 axes of a, 2 of b",
         [&] {
             tensordot(wide, wide, {1}, {0, 1});
         }},
        {"[tensordot] axis 1 is named twice",
         [&] {
             tensordot(wide, wide, {1, 1}, {0, 1});
         }},
        {"[kron] takes at most 4 axes",
         [&] {
             kron(ones({1, 1, 1, 1, 1}), ones({1}));
         }},
        {"[cross] wants vectors of 3 numbers", [&] { cross(x, x); }},
        {"[multi_dot] wants two matrices", [&] { multi_dot({wide}); }},
        {"[multi_dot] factor 1 of (2, 3) does not fit (2, 3)",
         [&] {
             multi_dot({wide, wide});
         }},
        {"[multi_dot] wants matrices, and vectors at the ends",
         [&] {
             multi_dot({wide, ones({3}, f64), wide});
         }},
    };
    for (const auto& [words, call] : of_shapes) {
        INFO(words);
        CHECK_THROWS_AS(call(), ShapeError);
        CHECK_THROWS_WITH(call(), shikumi_test::contains(words));
    }
    CHECK_THROWS_AS(matrix_norm(wide, 3), ValueError);
    CHECK_THROWS_AS(matrix_norm(wide, "max"), ValueError);
    CHECK_THROWS_AS(pinv(wide, -1), ValueError);
    CHECK_THROWS_AS(pinv(wide, NAN), ValueError);
}

TEST_CASE("the determinant is a polynomial: derivatives of singular matrices of each rank",
          "[linalg]") {
    // Σ over permutations, whose derivatives the engine works out of products and sums.
    const auto by_laplace = [](const Tensor& a) {
        const std::function<Tensor(Index, std::vector<Index>)> minor =
            [&](Index row, std::vector<Index> left) {
                if (left.empty()) return scalar(1, f64);
                Tensor total = scalar(0, f64);
                for (std::size_t k = 0; k < left.size(); ++k) {
                    std::vector<Index> rest = left;
                    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(k));
                    const Tensor term = a[{row, left[k]}] * minor(row + 1, rest);
                    total = k % 2 == 0 ? total + term : total - term;
                }
                return total;
            };
        return minor(0, {0, 1, 2, 3});
    };
    for (const Index rank : {0, 1, 2, 3, 4}) {
        INFO(rank);
        const Tensor a = matmul(random({4, rank}), random({rank, 4}, 5));
        const Tensor e = random({4, 4}, 6), d = random({4, 4}, 7);
        const auto derivatives = [&](const Function& f) {
            const Tensor v = identity(a);
            const Tensor first = grad(f(v), {v})[0], second = jvp(first, {v}, {e}),
                         third = grad(sum(second * d), {v})[0], fourth = jvp(third, {v}, {d}),
                         forward = jvp(jvp(f(v), {v}, {e}), {v}, {d});
            return std::vector{first, second, third, fourth, forward};
        };
        const auto got = derivatives([](const Tensor& x) { return det(x); });
        const auto wanted = derivatives(by_laplace);
        for (std::size_t i = 0; i < got.size(); ++i) {
            INFO("derivative " << i + 1);
            CHECK(distance(got[i], wanted[i]) <
                  1e-13 * std::max(1.0, max(abs(wanted[i])).item<double>()));
        }
    }
}

TEST_CASE("cofactors of a large graded matrix are exact to rounding", "[linalg]") {
    // Singular values from 1 to 1e-12: the cofactors follow from the factors.
    Numbers s;
    for (int i = 0; i < 12; ++i) s.push_back(std::pow(10.0, -i));
    const Tensor u = rotation(12), v = qr(random({12, 12}, 21)).q, diagonal = tensor(s);
    const Tensor a = matmul(u * diagonal, transpose(v));
    const Tensor x = identity(a), cofactors = grad(det(x), {x})[0];
    Numbers others;
    for (int i = 0; i < 12; ++i) {
        double product = 1;
        for (int j = 0; j < 12; ++j) product *= i == j ? 1 : s[static_cast<std::size_t>(j)];
        others.push_back(product);
    }
    const double sign = (det(u) * det(v)).item<double>();
    const Tensor wanted = matmul(u * tensor(others), transpose(v)) * sign;
    CHECK(distance(cofactors, wanted) < 1e-4 * max(abs(wanted)).item<double>());
}

TEST_CASE("functions of equal eigenvalues have right derivatives of second order", "[linalg]") {
    const Function cube = [](const Tensor& a) { return sum(pow(eigvalsh(a), 3)); };
    const Function mixed = [](const Tensor& a) { return square(sum(square(eigvalsh(a)))); };
    const Function of_eigh = [](const Tensor& a) { return sum(pow(eigh(a).values, 3)); };
    for (const Numbers& w : {Numbers{2, 2, 2}, Numbers{1, 1, 3, 3, 3}, Numbers{0, 0, 0, 1},
                             Numbers{-1, 1, 1 + 1e-12, 2}}) {
        const Tensor a = with_eigenvalues(w);
        const Tensor e = symmetric(random(a.shape(), 12));
        const Tensor wanted = 3 * (matmul(a, e) + matmul(e, a));
        for (const Tensor& got : second_derivatives(cube, a, e))
            CHECK(distance(got, wanted) < 1e-7);
        const Tensor size = sum(square(a)), along = sum(a * e);
        for (const Tensor& got : second_derivatives(mixed, a, e))
            CHECK(distance(got, 8 * along * a + 4 * size * e) < 1e-6);
        const auto by_eigh = second_derivatives(of_eigh, a, e);
        CHECK(distance(by_eigh[0], wanted) < 1e-7);
        CHECK(distance(by_eigh[1], wanted) < 1e-7);
    }
}

TEST_CASE("functions of equal singular values have right derivatives of second order", "[linalg]") {
    const Function fourth = [](const Tensor& a) { return sum(pow(svdvals(a), 4)); };
    for (const auto& [m, n] : {std::pair<Index, Index>{3, 3}, {5, 3}, {3, 5}}) {
        const Tensor u = slice(rotation(m), -1, {.stop = 3}),
                     v = slice(qr(random({n, n}, 31)).q, -1, {.stop = 3});
        for (const Numbers& s :
             {Numbers{2, 2, 2}, Numbers{3, 1, 1}, Numbers{2, 0, 0}, Numbers{1, 1, 0}}) {
            const Tensor a = matmul(u * tensor(s), transpose(v));
            const Tensor e = random(a.shape(), 13);
            const Tensor t = transpose(a), f = transpose(e);
            // d/da tr (aᵀa)² = 4·a·aᵀ·a
            const Tensor wanted =
                4 * (matmul(e, matmul(t, a)) + matmul(a, matmul(f, a)) + matmul(a, matmul(t, e)));
            for (const Tensor& got : second_derivatives(fourth, a, e))
                CHECK(distance(got, wanted) < 1e-6);
        }
    }
}

TEST_CASE("third derivatives of linear algebra agree with differences", "[linalg]") {
    const Tensor a = random({3, 3}) + diag(tensor({3., 5., 8.}, f64)), b = random({3, 2}, 8);
    const auto third = [&](const char* what, const Function& f, const Tensor& x) {
        INFO(what);
        CHECK_NOTHROW(check_gradients(f, x, {.order = 3, .tolerance = 3e-6, .directions = 1}));
    };
    third(
        "solve", [&](const Tensor& x) { return solve(x, b); }, a);
    third(
        "inv", [](const Tensor& x) { return inv(x); }, a);
    third(
        "slogdet", [](const Tensor& x) { return slogdet(x).log; }, a);
    third(
        "cholesky", [](const Tensor& x) { return cholesky(x); }, a);
    third(
        "qr", [](const Tensor& x) { return qr(x).q; }, a);
    third(
        "eigvalsh", [](const Tensor& x) { return eigvalsh(x); }, a);
    third(
        "svdvals", [](const Tensor& x) { return svdvals(x); }, a);
    third(
        "svdvals, tall", [](const Tensor& x) { return svdvals(x); }, slice(a, 1, {.stop = 2}));
    third(
        "pinv", [](const Tensor& x) { return pinv(x); }, slice(a, 1, {.stop = 2}));
    third(
        "pinv of rank 2", [](const Tensor& x) { return pinv(matmul(x, transpose(x)), 1e-9); },
        slice(a, 1, {.stop = 2}));
    third(
        "lstsq", [&](const Tensor& x) { return lstsq(x, b); }, slice(a, 1, {.stop = 2}));
}

TEST_CASE("numbers of threads do not change bits of linear algebra", "[linalg]") {
    const auto bits = [] {
        const Tensor a = random({150, 150}) + 20 * eye(150, {}, f64), many = random({40, 20, 20});
        const Tensor s = matmul(a, transpose(a)), x = identity(many);
        const auto [u, values, vh] = svd(slice(a, 0, {.stop = 90}));
        const Numbers parts =
            concatenate(
                {flatten(inv(a)), flatten(cholesky(s)), flatten(qr(a).q), flatten(eigh(s).vectors),
                 flatten(u), flatten(vh), flatten(solve(many, random({20, 3}, 4))),
                 flatten(solve(slice(many, {{}, {0, 12}, {0, 12}}), random({12, 3000}, 4))),
                 flatten(grad(sum(det(x / 3)), {x})[0]), flatten(expm(a / 100)), flatten(pinv(a))})
                .to_vector<double>();
        return parts;
    };
    const int before = num_threads();
    set_num_threads(1);
    const Numbers alone = bits();
    set_num_threads(4);
    CHECK(bits() == alone);
    set_num_threads(before);
}

TEST_CASE("powers and exponentials at their ends", "[linalg]") {
    const Tensor a = random({3, 3});
    CHECK(distance(matrix_power(a, 0), eye(3, {}, f64)) == 0);
    CHECK(matrix_power(ones({2, 3, 3}), 0).shape() == Shape{2, 3, 3});
    CHECK(distance(matrix_power(a, 7), matmul(a, matrix_power(a, 6))) < 1e-12);
    CHECK(distance(expm(zeros({3, 3}, f64)), eye(3, {}, f64)) == 0);
    const Tensor nothing = expm(tensor({{NAN, 0}, {0, 1}}, f64));
    CHECK(all(isnan(nothing)).item<bool>());
    // exp of a rotation's generator of 100 full turns
    const double turns = 200 * std::acos(-1.0);
    const Tensor turn = expm(tensor({{0., -turns}, {turns, 0.}}, f64));
    CHECK(distance(turn, eye(2, {}, f64)) < 1e-10);
    const auto far = diag(ones({2}), 5);
    CHECK(far.shape() == Shape{7, 7});
    CHECK(diagonal(ones({2, 3}), 1000).shape() == Shape{0});
    CHECK(tril(ones({2, 3}), INT64_MAX).to_vector<float>() == std::vector<float>(6, 1));
    CHECK(triu(ones({2, 3}), INT64_MIN).to_vector<float>() == std::vector<float>(6, 1));
    CHECK_THROWS_AS(diag(ones({2}), INT64_MAX), ShapeError);
}

TEST_CASE("triangular_solve never looks at what it does not read", "[linalg]") {
    const Tensor b = random({3, 2});
    const Tensor l = tensor({{2., NAN, NAN}, {1., 3., NAN}, {0., 1., 4.}}, f64), x = identity(l);
    const Tensor y = triangular_solve(x, b);
    CHECK(all(isfinite(y)).item<bool>());
    const Tensor gradient = grad(sum(square(y)), {x})[0];
    CHECK(distance(gradient, tril(gradient)) == 0);
    CHECK(all(isfinite(gradient)).item<bool>());
}
