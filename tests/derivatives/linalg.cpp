// The linalg_operations of linalg.json, and the norms of matrices in orders.json.
#include <cmath>
#include <limits>

#include <shikumi/autograd/ops/ops.hpp>

#include "arrays.hpp"
#include "operations.hpp"

namespace shikumi::derivatives {

namespace {

// A matrix, made symmetric where the case says so.
Tensor matrix(const Tensor& a, const json& options) {
    if (!options.value("symmetrise", false)) return a;
    const int rank = a.rank();
    std::vector<int> axes;
    for (int i = 0; i < rank; ++i) axes.push_back(i);
    std::swap(axes[static_cast<std::size_t>(rank) - 2], axes[static_cast<std::size_t>(rank) - 1]);
    return (a + transpose(a, axes)) / 2;
}

Tensor transposed(const Tensor& a) {
    std::vector<int> axes;
    for (int i = 0; i < a.rank(); ++i) axes.push_back(i);
    std::swap(axes[axes.size() - 2], axes[axes.size() - 1]);
    return transpose(a, axes);
}

Tensor numbers(const json& list, DType dtype) {
    return tensor(list.get<std::vector<double>>()).cast(dtype);
}

// v·diag(c)·w
Tensor between(const Tensor& v, const Tensor& c, const Tensor& w) {
    return matmul(v * expand_dims(c, -2), w);
}

MatrixNorm norm_named(const json& order) {
    if (order.is_number()) return order.get<double>();
    const auto name = order.get<std::string>();
    if (name == "inf" || name == "-inf") return read_number(order);
    return name.c_str();
}

const Operations linalg_operations{
    {"solve", [](auto& in, auto&) { return solve(in[0], in[1]); }},
    {"triangular_solve",
     [](auto& in, auto& o) {
         return triangular_solve(in[0], in[1],
                                 {.lower = o.at("lower"),
                                  .transpose = o.at("transpose"),
                                  .unit_diagonal = o.at("unit_diagonal")});
     }},
    {"cholesky",
     [](auto& in, auto& o) { return cholesky(matrix(in[0], o), o.value("upper", false)); }},
    {"cholesky_solve", [](auto& in, auto&) { return cholesky_solve(cholesky(in[0]), in[1]); }},
    {"inv", [](auto& in, auto&) { return inv(in[0]); }},
    {"det", [](auto& in, auto&) { return det(in[0]); }},
    {"slogdet",
     [](auto& in, auto&) {
         const auto [sign, log] = slogdet(in[0]);
         return Tensors{sign, log};
     }},
    {"qr",
     [](auto& in, auto&) {
         const auto [q, r] = qr(in[0]);
         return Tensors{q, r};
     }},
    {"svdvals", [](auto& in, auto&) { return svdvals(in[0]); }},
    {"eigvalsh", [](auto& in, auto& o) { return eigvalsh(matrix(in[0], o)); }},
    {"eigh",
     [](auto& in, auto& o) {
         const auto [w, v] = eigh(matrix(in[0], o));
         return Tensors{w, v};
     }},
    {"lstsq", [](auto& in, auto&) { return lstsq(in[0], in[1]); }},
    {"pinv", [](auto& in, auto&) { return pinv(in[0]); }},
    {"matrix_power",
     [](auto& in, auto& o) { return matrix_power(in[0], o.at("n").template get<int>()); }},
    {"expm", [](auto& in, auto&) { return expm(in[0]); }},
    {"multi_dot", [](auto& in, auto&) { return multi_dot(in); }},
    {"matrix_norm",
     [](auto& in, auto& o) {
         const std::vector<Index> axes =
             o.contains("axes") ? indices(o.at("axes")) : std::vector<Index>{-2, -1};
         return matrix_norm(in[0], norm_named(o.at("ord")), {axes.at(0), axes.at(1)},
                            o.value("keepdims", false));
     }},

    // Functions that depend neither on signs nor on the order of vectors.
    {"svd_udv",
     [](auto& in, auto& o) {
         const auto [u, s, vh] = svd(in[0]);
         const Tensor c = numbers(o.at("c"), in[0].dtype()), e = numbers(o.at("e"), in[0].dtype());
         return matmul(between(u, c, vh), e);
     }},
    {"svd_us2u",
     [](auto& in, auto&) {
         const auto [u, s, vh] = svd(in[0]);
         return between(u, square(s), transposed(u));
     }},
    {"eigh_vcv",
     [](auto& in, auto& o) {
         const Tensor v = eigh(matrix(in[0], o)).vectors;
         return between(v, numbers(o.at("c"), in[0].dtype()), transposed(v));
     }},
    {"eigh_exp",
     [](auto& in, auto& o) {
         const auto [w, v] = eigh(matrix(in[0], o));
         return between(v, exp(w), transposed(v));
     }},
    // By Cholesky, or where a case is about equal eigenvalues, by these: both are asked for.
    {"logdet_spd",
     [](auto& in, auto& o) {
         const Tensor a = matrix(in[0], o);
         const Tensor by_factor = sum(log(diagonal(cholesky(a), 0, -2, -1)), -1) * 2;
         return (by_factor + sum(log(eigvalsh(a)), -1)) / 2;
     }},
    {"trace_cube", [](auto& in, auto& o) { return sum(pow(eigvalsh(matrix(in[0], o)), 3), -1); }},
    {"trace_exp", [](auto& in, auto& o) { return sum(exp(eigvalsh(matrix(in[0], o))), -1); }},
    {"sum_svdvals_squared", [](auto& in, auto&) { return sum(square(svdvals(in[0])), -1); }},
    {"qr_projector",
     [](auto& in, auto&) {
         const Tensor q = qr(in[0]).q;
         return matmul(q, transposed(q));
     }},
    {"mahalanobis",
     [](auto& in, auto& o) {
         const Tensor l = cholesky(matrix(in[1], o));
         return dot(in[0], cholesky_solve(l, in[0]));
     }},

    // Products and diagonals of indexing.json.
    {"outer", [](auto& in, auto&) { return outer(in[0], in[1]); }},
    {"dot", [](auto& in, auto&) { return dot(in[0], in[1]); }},
    {"tensordot",
     [](auto& in, auto& o) {
         const json& given = o.at("axes");
         if (given.is_number()) return tensordot(in[0], in[1], given.get<Index>());
         const auto list = [&](std::size_t i) {
             const std::vector<Index> axes = indices(given.at(i));
             return std::vector<Integer>(axes.begin(), axes.end());
         };
         return tensordot(in[0], in[1], list(0), list(1));
     }},
    {"kron", [](auto& in, auto&) { return kron(in[0], in[1]); }},
    {"cross",
     [](auto& in, auto& o) { return cross(in[0], in[1], o.at("axis").template get<int>()); }},
    {"trace",
     [](auto& in, auto& o) {
         return trace(in[0], o.at("offset").template get<int>(), o.at("axis1").template get<int>(),
                      o.at("axis2").template get<int>());
     }},
    {"diagonal",
     [](auto& in, auto& o) {
         return diagonal(in[0], o.at("offset").template get<int>(),
                         o.at("axis1").template get<int>(), o.at("axis2").template get<int>());
     }},
    {"diag", [](auto& in, auto& o) { return diag(in[0], o.at("offset").template get<int>()); }},
    {"tril", [](auto& in, auto& o) { return tril(in[0], o.at("offset").template get<int>()); }},
    {"triu", [](auto& in, auto& o) { return triu(in[0], o.at("offset").template get<int>()); }},
};

}  // namespace

}  // namespace shikumi::derivatives
