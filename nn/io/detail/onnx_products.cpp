// Matrix products.
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/io/detail/onnx_operators.hpp>
#include <shikumi/nn/io/detail/onnx_place.hpp>
#include <shikumi/nn/io/detail/onnx_program.hpp>
#include <shikumi/nn/layers/core/dense.hpp>

namespace shikumi::nn::detail {

namespace {

using Outputs = std::vector<Tensor>;
using Call = OnnxCall;

Outputs gemm(const Call& call) {
    const double alpha = call.real("alpha", 1), beta = call.real("beta", 1);
    const bool turn_a = call.flag("transA"), turn_b = call.flag("transB");
    const Tensor a = turn_a ? transpose(call[0]) : call[0];
    const Tensor b = turn_b ? transpose(call[1]) : call[1];
    if (a.rank() != 2 || b.rank() != 2)
        call.refuse("wants matrices, got ", a.spec(), " and ", b.spec());
    Tensor y = matmul(a, b);
    if (alpha != 1) y = y * alpha;
    if (!call.has(2) || beta == 0) return {y};
    if (broadcast("Gemm", y.shape(), call[2].shape()) != y.shape())
        call.refuse("has a C ", call[2].spec(), " that doesn't broadcast to ", y.spec());
    return {y + (beta == 1 ? call[2] : call[2] * beta)};
}

Outputs matmul_of(const Call& call) { return {matmul(call[0], call[1])}; }

Outputs einsum_of(const Call& call) {
    std::string equation = call.text("equation", "");
    std::erase(equation, ' ');
    return {einsum(equation, call.all())};
}

// A bias for `units` columns; undefined where it is another tensor.
Tensor as_bias(const Tensor& c, Index units) {
    if (!c.defined() || c.rank() == 0 || c.size() != units || c.shape().back() != units) return {};
    return reshape(c, {units});
}

// x · kernel, and what the next step adds, which then has the output of both.
bool dense(OnnxPlace& place, const SymbolicTensor& x, const std::vector<int>& order,
           const Tensor& kernel, Tensor bias) {
    const Index units = kernel.shape()[1];
    const OnnxStep* const next = bias.defined() ? nullptr : place.only_reader();
    if (next) bias = as_bias(place.added_constant(*next), units);
    const auto layer = std::make_shared<Dense>(
        units, DenseOptions{.use_bias = bias.defined(), .dtype = kernel.dtype()});
    const SymbolicTensor y = connect(SharedLayer(layer), {x});
    set_weights(*layer,
                bias.defined() ? std::vector<Tensor>{kernel, bias} : std::vector<Tensor>{kernel});
    if (next && bias.defined())
        place.give_for(*next, y, order);
    else
        place.give(0, y, order);
    return true;
}

bool gemm_layer(OnnxPlace& place) {
    const Call& call = place.call();
    if (!place.is_symbol(0) || !place.is_weight(1) || place.batch_axis(0) != 0 ||
        call.flag("transA") || call.real("alpha", 1) != 1 || call.real("beta", 1) != 1)
        return false;
    const Tensor b = place.constant(1);
    if (!is_floating(b.dtype())) return false;
    const Tensor kernel = call.flag("transB") ? transpose(b) : b;
    Tensor bias;
    if (call.has(2)) {
        if (!place.is_constant(2)) return false;
        const Tensor c = place.constant(2);
        bias = as_bias(c, kernel.shape()[1]);
        if (!bias.defined()) return false;
    }
    return dense(place, place.batch_first(0), {0, 1}, kernel, bias);
}

bool matmul_layer(OnnxPlace& place) {
    if (!place.is_symbol(0) || !place.is_weight(1)) return false;
    const Tensor kernel = place.constant(1);
    const int rank = place.input(0).shape.rank();
    if (kernel.rank() != 2 || rank < 2 || place.batch_axis(0) == rank - 1 ||
        !is_floating(kernel.dtype()))
        return false;
    const std::vector<int> order = place.symbol(0).order;
    if (order.back() == rank - 1) return dense(place, place.symbol(0).tensor, order, kernel, {});
    return dense(place, place.batch_first(0), batch_in_front(rank, place.batch_axis(0)), kernel,
                 {});
}

constexpr OnnxOperator product_operators[] = {
    {"Gemm", 7, 21, gemm, gemm_layer},
    {"MatMul", 1, 21, matmul_of, matmul_layer},
    {"Einsum", 12, 21, einsum_of},
};

}  // namespace

std::span<const OnnxOperator> onnx_products() { return product_operators; }

}  // namespace shikumi::nn::detail
