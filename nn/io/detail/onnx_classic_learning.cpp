// The domain ai.onnx.ml, as far as linear models and networks of scikit-learn need it.
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/io/detail/onnx_operators.hpp>

namespace shikumi::nn::detail {

namespace {

using Outputs = std::vector<Tensor>;
using Call = OnnxCall;

Tensor floats(const std::vector<double>& numbers) {
    return tensor(std::vector<float>(numbers.begin(), numbers.end()));
}

// Scores of rows: x · coefficientsᵀ + intercepts.
Tensor scores(const Call& call, std::string_view intercepts, Index rows) {
    const Tensor x = call[0].cast(f32), coefficients = floats(call.reals("coefficients"));
    if (x.rank() != 2 || rows < 1 || coefficients.size() != rows * x.shape()[1])
        call.refuse("has ", coefficients.size(), " coefficients for ", rows, " rows and ",
                    x.spec());
    Tensor y = matmul(x, transpose(reshape(coefficients, {rows, x.shape()[1]})));
    const auto b = call.reals(intercepts);
    if (b.empty()) return y;
    if (static_cast<Index>(b.size()) != rows)
        call.refuse("has ", b.size(), " ", intercepts, " for ", rows, " rows");
    return y + floats(b);
}

Tensor transformed(const Call& call, const Tensor& x) {
    const std::string how = call.text("post_transform", "NONE");
    if (how == "SOFTMAX") return softmax(x, -1);
    if (how == "LOGISTIC") return sigmoid(x);
    call.want("post_transform", "NONE");
    return x;
}

Outputs linear_classifier(const Call& call) {
    call.integer("multi_class", 0);
    const std::vector<Index> labels = call.integers("classlabels_ints");
    if (labels.empty() || call.given("classlabels_strings"))
        call.refuse("has labels that are no integers");
    const auto classes = static_cast<Index>(labels.size());
    const auto rows = static_cast<Index>(call.reals("intercepts").size());
    Tensor y = scores(call, "intercepts", rows == 0 ? classes : rows);
    Tensor best;
    if (classes == 2 && y.shape()[1] == 1) {
        best = (reshape(y, {-1}) > 0).cast(i64);
        const Tensor p = transformed(call, y);
        y = call.text("post_transform", "NONE") == "NONE" ? concatenate({-y, y}, 1)
                                                          : concatenate({1 - p, p}, 1);
    } else {
        best = argmax(y, 1);
        y = transformed(call, y);
    }
    return {take(tensor(std::vector<std::int64_t>(labels.begin(), labels.end())), best), y};
}

Outputs linear_regressor(const Call& call) {
    const Index targets = call.integer("targets", 1);
    return {transformed(call, scores(call, "intercepts", targets))};
}

Outputs normalizer(const Call& call) {
    const std::string how = call.text("norm", "MAX");
    const Tensor x = call[0].cast(f32);
    if (how == "L1") return {x / sum(abs(x), -1, true)};
    if (how == "L2") return {x / norm(x, {-1}, true)};
    call.want("norm", "MAX");
    return {x / (max)(abs(x), -1, true)};
}

Outputs array_feature_extractor(const Call& call) {
    const Tensor y = take(call[0], reshape(call[1], {-1}), -1);
    return {call[0].rank() == 1 ? reshape(y, {1, -1}) : y};
}

Outputs scaler(const Call& call) {
    return {(call[0].cast(f32) - floats(call.reals("offset"))) * floats(call.reals("scale"))};
}

constexpr std::string_view ml = "ai.onnx.ml";

constexpr OnnxOperator classic_learning_operators[] = {
    {"LinearClassifier", 1, 5, linear_classifier, nullptr, ml},
    {"LinearRegressor", 1, 5, linear_regressor, nullptr, ml},
    {"Normalizer", 1, 5, normalizer, nullptr, ml},
    {"ArrayFeatureExtractor", 1, 5, array_feature_extractor, nullptr, ml},
    {"Scaler", 1, 5, scaler, nullptr, ml},
};

}  // namespace

std::span<const OnnxOperator> onnx_classic_learning() { return classic_learning_operators; }

}  // namespace shikumi::nn::detail
