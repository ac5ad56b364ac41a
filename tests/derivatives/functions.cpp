// The functions of transforms.json.
#include <cmath>
#include <numbers>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>

#include "catalogue.hpp"

namespace shikumi::derivatives {

namespace {

constexpr double pi = std::numbers::pi;

Tensor inner_product(const Tensor& a, const Tensor& b) { return sum(a * b); }

using Numbers = std::vector<std::vector<Tensor>>;

// The numbers of the lower triangle L with L Lᵀ = S, by the textbook.
Numbers triangle_of(const Tensor& S) {
    const Index n = S.shape().front();
    Numbers L(static_cast<std::size_t>(n));
    for (std::size_t i = 0; i < L.size(); ++i) {
        for (std::size_t j = 0; j <= i; ++j) {
            Tensor rest = S[{i, j}];
            for (std::size_t k = 0; k < j; ++k) rest = rest - L[i][k] * L[j][k];
            L[i].push_back(i == j ? sqrt(rest) : rest / L[j][j]);
        }
    }
    return L;
}

// The z with L z = b.
std::vector<Tensor> below(const Numbers& L, const std::vector<Tensor>& b) {
    std::vector<Tensor> z;
    for (std::size_t i = 0; i < L.size(); ++i) {
        Tensor rest = b[i];
        for (std::size_t k = 0; k < i; ++k) rest = rest - L[i][k] * z[k];
        z.push_back(rest / L[i][i]);
    }
    return z;
}

// The sum of the logarithms of the diagonal.
Tensor log_diagonal(const Numbers& L) {
    Tensor total = scalar(0, f64);
    for (std::size_t i = 0; i < L.size(); ++i) total = total + log(L[i][i]);
    return total;
}

Tensor mlp(const Tensors& in) {
    const Tensor &W1 = in[0], &b1 = in[1], &W2 = in[2], &b2 = in[3], &x = in[4], &y = in[5];
    const Tensor z = matmul(tanh(matmul(x, W1) + b1), W2) + b2;
    return mean(-sum(y * log_softmax(z), -1));
}

Tensor rosenbrock(const Tensors& in) {
    const Tensor head = slice(in[0], 0, {.stop = -1}), tail = slice(in[0], 0, {.start = 1});
    return sum(100 * square(tail - square(head)) + square(1 - head));
}

Tensor logistic(const Tensors& in) {
    const Tensor &w = in[0], &b = in[1], &X = in[2], &t = in[3];
    const Tensor z = matmul(X, w) + b;
    return mean(softplus(z) - t * z) + 0.05 * sum(square(w));
}

Tensor attention(const Tensors& in) {
    const Tensor& x = in[0];
    const Tensor q = matmul(x, in[1]), k = matmul(x, in[2]), v = matmul(x, in[3]);
    const double e = static_cast<double>(q.shape().back());
    return matmul(softmax(matmul(q, transpose(k)) / std::sqrt(e)), v);
}

Tensor lstm_cell(const Tensors& in) {
    const Tensor &x = in[0], &h = in[1], &c = in[2];
    const std::vector<Tensor> z = split(matmul(x, in[3]) + matmul(h, in[4]) + in[5], 4);
    const Tensor next_c = sigmoid(z[1]) * c + sigmoid(z[0]) * tanh(z[2]);
    return concatenate({sigmoid(z[3]) * tanh(next_c), next_c});
}

Tensor gauss(const Tensors& in) {
    const Tensor &mu = in[0], &A = in[1], &x = in[2];
    const Index d = mu.size();
    const Numbers L = triangle_of(matmul(A, transpose(A)) + eye(d, {}, f64));
    std::vector<Tensor> columns;
    for (Index j = 0; j < d; ++j) columns.push_back((x - mu)[{Slice{}, j}]);
    const Tensor z = stack(below(L, columns));
    const auto n = static_cast<double>(x.shape().front());
    return -0.5 * sum(square(z)) - n * log_diagonal(L) -
           n * 0.5 * static_cast<double>(d) * std::log(2 * pi);
}

Tensor conv_pool(const Tensors& in) {
    const Tensor y = convolution(expand_dims(in[0], 0), in[1]);
    return squeeze(max_pool(y, 2), 0);
}

Tensor piecewise(const Tensors& in) {
    const Tensor& x = in[0];
    return where(x > 1, square(x), where(x > 0, x * square(x) * sin(x), exp(x) - 1));
}

Tensor cumulative(const Tensors& in) {
    Tensor total = scalar(0, f64);
    for (Index i = 0; i < in[0].size(); ++i)
        total = total + in[1][i] * prod(slice(in[0], 0, {.stop = i + 1}));
    return total;
}

Tensor quadratic(const Tensors& in) {
    return 0.5 * inner_product(in[0], matmul(in[1], in[0])) + inner_product(in[2], in[0]);
}

Tensor barrier(const Tensors& in) {
    const Tensor &x = in[0], &c = in[1], &M = in[2];
    const Tensor both = M + transpose(M, {0, 2, 1});
    const Tensor total =
        20 * eye(M.shape().back(), {}, f64) + sum(reshape(x, {x.size(), 1, 1}) * both, 0);
    return inner_product(c, x) - 2 * log_diagonal(triangle_of(total));
}

Tensor kepler(const Tensors& in) {
    Tensor E = in[0];
    for (int i = 0; i < 12; ++i) E = in[0] + in[1] * sin(E);
    return E;
}

Tensor batchnorm(const Tensors& in) {
    const Tensor& x = in[0];
    return in[1] * (x - mean(x, 0)) / sqrt(var(x, 0) + 0.001) + in[2];
}

Tensor layernorm_gelu(const Tensors& in) {
    const Tensor& x = in[0];
    const Tensor u = (x - mean(x, -1, true)) / sqrt(var(x, -1, true) + 1e-5);
    return gelu(in[1] * u + in[2]);
}

Tensor tempered_softmax(const Tensors& in) { return softmax(in[0] / in[1]); }

Tensor distances(const Tensors& in) {
    const Tensor apart = expand_dims(in[0], 1) - expand_dims(in[1], 0);
    return sqrt(sum(square(apart), -1) + 0.01);
}

Tensor horner(const Tensors& in) {
    const Tensor &x = in[0], &c = in[1];
    Tensor y = zeros_like(x);
    for (Index j = c.size(); j-- > 0;) y = y * x + c[j];
    return y;
}

Tensor helmholtz(const Tensors& in) {
    const Tensor& x = in[0];
    const Tensor A = (in[1] + transpose(in[1])) / 2, s = inner_product(in[2], x);
    const double root = std::sqrt(2.0);
    const Tensor ratio = (1 + (1 + root) * s) / (1 + (1 - root) * s);
    return sum(x * log(x / (1 - s))) -
           inner_product(x, matmul(A, x)) / (std::sqrt(8.0) * s) * log(ratio);
}

Tensor product(const Tensors& in) { return prod(in[0]); }

Tensor rnn(const Tensors& in) {
    Tensor h = in[3];
    for (Index t = 0; t < in[0].shape().front(); ++t)
        h = tanh(matmul(in[0][t], in[1]) + matmul(h, in[2]));
    return h;
}

Tensor residuals(const Tensors& in) {
    const Tensor& p = in[0];
    return p[0] * exp(-p[1] * in[1]) + p[2] - in[2];
}

Tensor mixture(const Tensors& in) { return sum(logsumexp(in[0], 1)) - sum(max(in[0], 1)) / 2; }

Tensor bilinear(const Tensors& in) { return einsum("i,ijk,j->k", {in[0], in[1], in[2]}); }

Tensor spherical(const Tensors& in) {
    const Tensor r = in[0][0], theta = in[0][1], phi = in[0][2];
    return stack({r * sin(theta) * cos(phi), r * sin(theta) * sin(phi), r * cos(theta)});
}

Tensor embedding(const Tensors& in) { return sum(tanh(matmul(take(in[0], in[2]), in[1]))); }

Tensor stopped(const Tensors& in) {
    const Tensor &x = in[0], &y = in[1];
    return sum(x * stop_gradient(square(x)) + sin(y) * stop_gradient(x));
}

Tensor critic(const Tensors& in) {
    return sum(matmul(tanh(matmul(in[2], transpose(in[0]))), in[1]));
}

// Each x times its place among the sorted ones.
Tensor sorted(const Tensors& in) {
    const Tensor& x = in[0];
    const Tensor place = 1 + sum(cast(x < expand_dims(x, 1), f64), 1);
    return sum(square(place * x));
}

// bᵀ S⁻¹ tanh b, both halves solved with the triangle
Tensor implicit(const Tensors& in) {
    const Tensor &A = in[0], &b = in[1];
    const Numbers L = triangle_of(matmul(A, transpose(A)) + 2 * eye(b.size(), {}, f64));
    std::vector<Tensor> right, left;
    for (Index i = 0; i < b.size(); ++i) {
        left.push_back(b[i]);
        right.push_back(tanh(b[i]));
    }
    return inner_product(stack(below(L, left)), stack(below(L, right)));
}

const Catalogue functions{{"mlp", mlp},
                          {"rosenbrock", rosenbrock},
                          {"logistic", logistic},
                          {"attention", attention},
                          {"lstm_cell", lstm_cell},
                          {"gauss", gauss},
                          {"conv_pool", conv_pool},
                          {"piecewise", piecewise},
                          {"cumulative", cumulative},
                          {"quadratic", quadratic},
                          {"barrier", barrier},
                          {"kepler", kepler},
                          {"batchnorm", batchnorm},
                          {"layernorm_gelu", layernorm_gelu},
                          {"tempered_softmax", tempered_softmax},
                          {"distances", distances},
                          {"horner", horner},
                          {"helmholtz", helmholtz},
                          {"product", product},
                          {"rnn", rnn},
                          {"residuals", residuals},
                          {"mixture", mixture},
                          {"bilinear", bilinear},
                          {"spherical", spherical},
                          {"embedding", embedding},
                          {"stopped", stopped},
                          {"critic", critic},
                          {"sorted", sorted},
                          {"implicit", implicit}};

}  // namespace

}  // namespace shikumi::derivatives
