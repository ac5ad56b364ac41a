#include <shikumi/nn/io/detail/onnx_operators.hpp>

namespace shikumi::nn::detail {

std::vector<std::span<const OnnxOperator>> onnx_families() {
    return {onnx_activations(),    onnx_math(),        onnx_products(),
            onnx_reductions(),     onnx_shaping(),     onnx_indexing(),
            onnx_convolutions(),   onnx_poolings(),    onnx_resizing(),
            onnx_normalizations(), onnx_recurrences(), onnx_classic_learning()};
}

const OnnxOperator* find_onnx_operator(std::string_view domain, std::string_view name,
                                       Index opset) {
    for (const auto family : onnx_families()) {
        for (const OnnxOperator& op : family) {
            if (op.name == name && op.domain == domain && op.since <= opset && opset <= op.until)
                return &op;
        }
    }
    return nullptr;
}

}  // namespace shikumi::nn::detail
