// The functions of problems.json.
#include <cmath>
#include <numbers>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>

#include "catalogue.hpp"

namespace shikumi::derivatives {

namespace {

constexpr double pi = std::numbers::pi;

Tensor inner_product(const Tensor& a, const Tensor& b) { return sum(a * b); }

// The numbers of each row in the places below the diagonal of a (d, d) matrix, column by column.
Tensor lower_triangles(const Tensor& rows, Index d) {
    std::vector<double> places(static_cast<std::size_t>(rows.shape().back() * d * d));
    std::size_t number = 0;
    for (Index column = 0; column < d; ++column) {
        for (Index row = column + 1; row < d; ++row)
            places[number++ * static_cast<std::size_t>(d * d) +
                   static_cast<std::size_t>(row * d + column)] = 1;
    }
    const Tensor flat = matmul(rows, tensor(places, {rows.shape().back(), d * d}).cast(f64));
    return reshape(flat, {rows.shape().front(), d, d});
}

double log_gamma_of(Index d, double a) {
    double total = static_cast<double>(d * (d - 1)) / 4 * std::log(pi);
    for (Index j = 1; j <= d; ++j) total += std::lgamma(a + static_cast<double>(1 - j) / 2);
    return total;
}

Tensor gmm(const Tensors& in) {
    const Tensor &alphas = in[0], &means = in[1], &icf = in[2], &x = in[3];
    const Index K = means.shape()[0], d = means.shape()[1], n = x.shape()[0];
    const Tensor q = slice(icf, 1, {.stop = d});
    const Tensor L = lower_triangles(slice(icf, 1, {.start = d}), d);
    const Tensor Q = expand_dims(exp(q), 2) * eye(d, {}, f64) + L;
    const Tensor apart = expand_dims(x, 1) - means;                      // (n, K, d)
    const Tensor turned = squeeze(matmul(Q, expand_dims(apart, 3)), 3);  // (n, K, d)
    const Tensor each = alphas + sum(q, 1) - 0.5 * sum(square(turned), 2);
    const auto dims = static_cast<double>(d), count = static_cast<double>(n);
    const double nu = dims + 1;
    const double C = nu * dims * (-0.5 * std::log(2.0)) - log_gamma_of(d, nu / 2);
    const Tensor prior = 0.5 * (sum(square(exp(q))) + sum(square(L)));
    return sum(logsumexp(each, 1)) - count * logsumexp(alphas) -
           0.5 * count * dims * std::log(2 * pi) + prior - static_cast<double>(K) * C;
}

Tensor crossed(const Tensor& a, const Tensor& b) {
    return stack({a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]});
}

Tensor bundle(const Tensors& in) {
    const Tensor &cam = in[0], &X = in[1], &w = in[2], &feat = in[3];
    const Tensor r = cam[Slice{0, 3}], C = cam[Slice{3, 6}], u = cam[Slice{7, 9}];
    const Tensor theta = sqrt(sum(square(r))), s = r / theta, v = X - C;
    const Tensor Y =
        v * cos(theta) + crossed(s, v) * sin(theta) + s * inner_product(s, v) * (1 - cos(theta));
    const Tensor p = Y[Slice{0, 2}] / Y[2], squared = sum(square(p));
    const Tensor k1 = cam[9] / 8, k2 = cam[10] / 16;
    const Tensor bent = p * (1 + k1 * squared + k2 * square(squared));
    return w * (cam[6] * bent + u - feat);
}

Tensor lstm_loss(const Tensors& in) {
    const Tensor &W = in[0], &U = in[1], &b = in[2], &V = in[3], &a = in[4], &x = in[5], &y = in[6];
    const Index units = U.shape().front(), steps = x.shape().front();
    Tensor h = zeros({units}, f64), c = h, total = scalar(0, f64);
    for (Index t = 0; t < steps; ++t) {
        const std::vector<Tensor> z = split(matmul(x[t], W) + matmul(h, U) + b, 4);
        c = sigmoid(z[1]) * c + sigmoid(z[0]) * tanh(z[2]);
        h = sigmoid(z[3]) * tanh(c);
        total = total - sum(y[t] * log_softmax(matmul(h, V) + a));
    }
    return total / static_cast<double>(steps);
}

Tensor hundredfold(const Tensors& in) { return logsumexp(100 * in[0]); }

Tensor lotka_volterra(const Tensor& p, const Tensor& s) {
    const Tensor x = s[0], y = s[1];
    return stack({p[0] * x - p[1] * x * y, p[2] * x * y - p[3] * y});
}

Tensor ode(const Tensors& in) {
    const Tensor& p = in[0];
    Tensor s = in[1];
    for (int step = 0; step < 10; ++step) {
        const Tensor k1 = lotka_volterra(p, s), k2 = lotka_volterra(p, s + 0.05 * k1);
        const Tensor k3 = lotka_volterra(p, s + 0.05 * k2), k4 = lotka_volterra(p, s + 0.1 * k3);
        s = s + 0.1 / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
    }
    return s;
}

Tensor minor_of(const Tensor& A) {
    const Index n = A.shape().front();
    if (n == 1) return A[{0, 0}];
    Tensor total = scalar(0, f64);
    const Tensor below = A[Slice{1}];
    for (Index j = 0; j < n; ++j) {
        const Tensor rest =
            concatenate({slice(below, 1, {.stop = j}), slice(below, 1, {.start = j + 1})}, 1);
        const Tensor term = A[{0, j}] * minor_of(rest);
        total = j % 2 == 0 ? total + term : total - term;
    }
    return total;
}

Tensor minors(const Tensors& in) { return minor_of(in[0]); }

Tensor saddle(const Tensors& in) {
    const Tensor& B = in[1];
    const auto g = [&](const Tensor& x, const Tensor& y) {
        return 0.5 * sum(square(x)) + inner_product(x, matmul(B, y)) - 0.5 * sum(square(y)) +
               0.1 * sum(cos(x * y));
    };
    const auto inner = [&](const Tensor& x) {
        Tensor y = zeros_like(x);
        for (int i = 0; i < 5; ++i) y = y + 0.2 * grad<1>(g)(x, y);
        return y;
    };
    Tensor x = in[0];
    const auto outer = grad([&](const Tensor& t) { return g(t, inner(t)); });
    for (int i = 0; i < 3; ++i) x = x - 0.2 * outer(x);
    return g(x, inner(x));
}

Tensor kmeans(const Tensors& in) {
    const Tensor apart = expand_dims(in[1], 1) - in[0];
    return sum(min(sum(square(apart), 2), 1));
}

Tensor kmeans_newton(const Tensors& in) {
    const auto f = [&](const Tensor& c) { return kmeans({c, in[1]}); };
    return in[0] - grad(f)(in[0]) / hvp(f, in[0], ones_like(in[0]));
}

Tensor lls(const Tensors& in) { return 0.5 * sum(square(matmul(in[1], in[0]) - in[2])); }

Tensor particle(const Tensors& in) {
    const Tensor& w = in[0];
    const Tensor ten = scalar(10, f64);
    const auto potential = [&](const Tensor& s) {
        const auto inverse_distance = [&](const Tensor& y) {
            return 1 / sqrt(square(s[0] - ten) + square(s[1] - y));
        };
        return inverse_distance(10 - w) + inverse_distance(zeros_like(w));
    };
    Tensor s = tensor({0, 8}, f64), v = tensor({0.75, 0}, f64);
    for (int i = 0; i < 12; ++i) {
        const Tensor a = -grad(potential)(s);
        s = s + 0.5 * v;
        v = v + 0.5 * a;
    }
    return square(s[0]) + s[1];
}

Tensor inner_step(const Tensors& in) {
    const Tensor &w = in[0], &x = in[1], &y = in[2], &x2 = in[3], &y2 = in[4];
    const auto loss = [&](const Tensor& t) { return mean(square(tanh(matmul(x, t)) - y)); };
    const Tensor next = w - 0.1 * grad(loss)(w);
    return mean(square(tanh(matmul(x2, next)) - y2));
}

Tensor laplacian(const Tensors& in) {
    const Tensor &W = in[0], &b = in[1], &v = in[2];
    const auto u = [&](const Tensor& z) { return inner_product(v, tanh(matmul(W, z) + b)); };
    const auto residual = [&](const Tensor& z) {
        const Tensor h = hessian(u)(z);
        return square(h[{0, 0}] + h[{1, 1}] + sin(z[0]) * z[1]);
    };
    return mean(vmap(residual)(in[3]));
}

Tensor newton_root(const Tensors& in) {
    const Tensor &a = in[0], &b = in[1];
    Tensor y = ones_like(a);
    for (int i = 0; i < 10; ++i) {
        const Tensor squared = square(y);
        y = y - (y * squared + a * y - b) / (3 * squared + a);
    }
    return y;
}

const Catalogue problems{{"gmm", gmm},
                         {"bundle", bundle},
                         {"lstm_loss", lstm_loss},
                         {"logsumexp", hundredfold},
                         {"ode", ode},
                         {"minors", minors},
                         {"saddle", saddle},
                         {"kmeans", kmeans},
                         {"kmeans_newton", kmeans_newton},
                         {"lls", lls},
                         {"particle", particle},
                         {"inner_step", inner_step},
                         {"laplacian", laplacian},
                         {"newton_root", newton_root}};

}  // namespace

}  // namespace shikumi::derivatives
