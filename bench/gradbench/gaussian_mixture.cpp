// GradBench's gmm, from ADBench: the log posterior of a mixture of K Gaussians in d dimensions, and
// its gradient by the weights' logits α, the means μ and the factors of the inverse covariances. A
// row of `icf` holds q, the logarithms of a factor's diagonal, and then column by column L, what
// lies below it: Q = diag(exp q) + L. With Wishart's prior of γ and m,
//
//     Σᵢ log Σₖ exp(αₖ + Σ qₖ - ½|Qₖ(xᵢ - μₖ)|²) - n log Σ exp α - ½ n d log 2π
//     + Σₖ (½ γ² (|exp qₖ|² + |Lₖ|²) - m Σ qₖ) - K C
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>

#include "by_shikumi.hpp"
#include "differences.hpp"
#include "draws.hpp"

using namespace shikumi;

namespace gradbench {

namespace {

struct Wishart {
    double gamma, m;

    double normalisation(int d) const {
        const double nu = d + m + 1;
        double log_gamma = d * (d - 1) / 4.0 * std::log(std::numbers::pi);
        for (int j = 1; j <= d; ++j) log_gamma += std::lgamma((nu + 1 - j) / 2);
        return nu * d * (std::log(gamma) - std::log(2.0) / 2) - log_gamma;
    }
};

struct MixtureParameters {
    Tensor alphas, means, icf;
};

Tensor log_posterior(const MixtureParameters& p, const Tensor& x, const Wishart& prior) {
    const Index K = p.means.shape()[0], d = p.means.shape()[1], n = x.shape()[0];
    std::vector<std::int64_t> rows, columns;
    for (Index column = 0; column < d; ++column) {
        for (Index row = column + 1; row < d; ++row) {
            rows.push_back(row);
            columns.push_back(column);
        }
    }
    const Tensor q = p.icf[{Slice{}, Slice{.stop = d}}], below = p.icf[{Slice{}, Slice{d}}];
    const Tensor L = at_set(zeros({K, d, d}, f64), {Slice{}, tensor(rows), tensor(columns)}, below);
    const Tensor Q = L + expand_dims(exp(q), 1) * eye(d, {}, f64);
    const Tensor apart = x - expand_dims(p.means, 1);        // (K, n, d)
    const Tensor turned = matmul(apart, swapaxes(Q, 1, 2));  // (K, n, d)
    const Tensor logits = expand_dims(p.alphas + sum(q, 1), 1) - 0.5 * sum(square(turned), 2);
    const double squared = prior.gamma * prior.gamma;
    const auto points = static_cast<double>(n);
    return sum(logsumexp(logits, 0)) - points * logsumexp(p.alphas) +
           0.5 * squared * (sum(exp(2 * q)) + sum(square(below))) - prior.m * sum(q) -
           (points * static_cast<double>(d) / 2 * std::log(2 * std::numbers::pi) +
            static_cast<double>(K) * prior.normalisation(static_cast<int>(d)));
}

struct GaussianMixture {
    int n, d, K;
    Wishart prior;
    Numbers x;

    int per_icf() const { return d * (d + 1) / 2; }
    std::vector<int> sizes() const { return {K, K * d, K * per_icf()}; }

    // Qₖ row by row, with zeros above the diagonal.
    Numbers factors(const double* icf) const {
        Numbers Q(K * d * d);
        for (int k = 0; k < K; ++k) {
            const double *q = icf + k * per_icf(), *below = q + d;
            for (int column = 0; column < d; ++column) {
                Q[(k * d + column) * d + column] = std::exp(q[column]);
                for (int row = column + 1; row < d; ++row) Q[(k * d + row) * d + column] = *below++;
            }
        }
        return Q;
    }
    // apart = xᵢ - μₖ and turned = Qₖ · apart; gives |turned|².
    double distance(int i, const double* mean, const double* Q, double* apart,
                    double* turned) const {
        double squared = 0;
        for (int row = 0; row < d; ++row) {
            apart[row] = x[i * d + row] - mean[row];
            double sum = 0;
            for (int column = 0; column <= row; ++column)
                sum += Q[row * d + column] * apart[column];
            turned[row] = sum;
            squared += sum * sum;
        }
        return squared;
    }
    // Replaces each number by eˣ / Σ eˣ and gives log Σ eˣ.
    static double normalise(Numbers& logits) {
        const double largest = *std::max_element(logits.begin(), logits.end());
        double sum = 0;
        for (double& each : logits) sum += each = std::exp(each - largest);
        for (double& each : logits) each /= sum;
        return largest + std::log(sum);
    }
    Numbers constants(const double* alphas, const double* icf) const {
        Numbers all(alphas, alphas + K);
        for (int k = 0; k < K; ++k) {
            for (int j = 0; j < d; ++j) all[k] += icf[k * per_icf() + j];
        }
        return all;
    }
    double objective(const Numbers& parameters) const {
        const double *alphas = parameters.data(), *means = alphas + K, *icf = means + K * d;
        const Numbers Q = factors(icf), constant = constants(alphas, icf);
        Numbers logits(K), apart(d), turned(d), weights(alphas, alphas + K);
        double total = -n * normalise(weights);
        for (int i = 0; i < n; ++i) {
            for (int k = 0; k < K; ++k)
                logits[k] =
                    constant[k] -
                    distance(i, means + k * d, &Q[k * d * d], apart.data(), turned.data()) / 2;
            total += normalise(logits);
        }
        for (int k = 0; k < K; ++k) {
            for (int j = 0; j < per_icf(); ++j) {
                const double each = icf[k * per_icf() + j], root = j < d ? std::exp(each) : each;
                total += prior.gamma * prior.gamma * root * root / 2 - (j < d ? prior.m * each : 0);
            }
        }
        return total - n * d * std::log(2 * std::numbers::pi) / 2 - K * prior.normalisation(d);
    }
    Derivatives gradient(const Numbers& parameters) const {
        const double *alphas = parameters.data(), *means = alphas + K, *icf = means + K * d;
        const Numbers Q = factors(icf), constant = constants(alphas, icf);
        Numbers by_alphas(K), by_means(K * d), by_icf(K * per_icf()), by_Q(K * d * d);
        Numbers logits(K), apart(K * d), turned(K * d), prior_weights(alphas, alphas + K);
        for (int i = 0; i < n; ++i) {
            for (int k = 0; k < K; ++k)
                logits[k] =
                    constant[k] -
                    distance(i, means + k * d, &Q[k * d * d], &apart[k * d], &turned[k * d]) / 2;
            normalise(logits);
            for (int k = 0; k < K; ++k) {
                by_alphas[k] += logits[k];
                for (int row = 0; row < d; ++row) {
                    const double pull = logits[k] * turned[k * d + row];
                    for (int column = 0; column <= row; ++column) {
                        by_Q[(k * d + row) * d + column] -= pull * apart[k * d + column];
                        by_means[k * d + column] += pull * Q[(k * d + row) * d + column];
                    }
                }
            }
        }
        normalise(prior_weights);
        const double squared = prior.gamma * prior.gamma;
        for (int k = 0; k < K; ++k) {
            double *by_q = &by_icf[k * per_icf()], *by_below = by_q + d;
            const double* below = icf + k * per_icf() + d;
            for (int column = 0; column < d; ++column) {
                const int on_diagonal = (k * d + column) * d + column;
                by_q[column] = by_alphas[k] + by_Q[on_diagonal] * Q[on_diagonal] +
                               squared * Q[on_diagonal] * Q[on_diagonal] - prior.m;
                for (int row = column + 1; row < d; ++row)
                    *by_below++ = by_Q[(k * d + row) * d + column] + squared * *below++;
            }
            by_alphas[k] -= n * prior_weights[k];
        }
        return {by_alphas, by_means, by_icf};
    }
};

}  // namespace

Problem gaussian_mixture(Size size) {
    Draws draws(2);
    // ADBench's data have γ = 1 and m = 0, which leave terms out.
    GaussianMixture mixture{12, 3, 4, {1.25, 2}, {}};
    if (size == Size::full) mixture = {1000, 10, 25, {1, 0}, {}};
    const int n = mixture.n, d = mixture.d, K = mixture.K;
    mixture.x = draws.normals(n * d);
    const Derivatives parameters{draws.normals(K), draws.normals(K * d),
                                 draws.normals(K * mixture.per_icf(), 0.5)};
    const Numbers flat = joined(parameters);

    Problem problem{.name = "gmm",
                    .size = std::to_string(n) + " points, " + std::to_string(K) + " Gaussians, " +
                            std::to_string(d) + " dimensions"};
    const auto posterior = [prior = mixture.prior](const MixtureParameters& p, const Tensor& x) {
        return log_posterior(p, x, prior);
    };
    set_by_shikumi(problem, grad(posterior),
                   MixtureParameters{tensor(parameters[0]), tensor(parameters[1], {K, d}),
                                     tensor(parameters[2], {K, mixture.per_icf()})},
                   tensor(mixture.x, {n, d}));
    problem.by_hand = [=] { return mixture.gradient(flat); };
    problem.by_differences = [=] {
        return cut(
            gradient_by_differences([&](const Numbers& p) { return mixture.objective(p); }, flat),
            mixture.sizes());
    };
    return problem;
}

}  // namespace gradbench
