#include <shikumi/autograd/transform/anomaly.hpp>

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <typeinfo>
#include <utility>
#include <vector>

#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/graph/multi_output.hpp>

namespace shikumi {

using namespace detail;

namespace {

// Where the innermost guard began.
thread_local const char* guarded_file = "";
thread_local int guarded_line = 0;

// The latest pack that this thread has computed, whose outputs come next.
struct Pack {
    const Node* node = nullptr;
    std::string name;
    std::vector<Tensor> inputs;
};
thread_local Pack latest;

// Where the first number lies that isn't finite, or -1.
template <class T>
Index first_anomaly(const Tensor& t) {
    const std::span<const T> values = t.data<T>();
    const auto found = std::ranges::find_if(values, [](T x) { return !std::isfinite(x); });
    return found == values.end() ? -1 : found - values.begin();
}

Index first_anomaly(const Tensor& t) {
    if (t.dtype() == f32) return first_anomaly<float>(t);
    return t.dtype() == f64 ? first_anomaly<double>(t) : -1;
}

bool is_nan(const Tensor& t, Index i) {
    const auto at = static_cast<std::size_t>(i);
    return t.dtype() == f32 ? std::isnan(t.data<float>()[at]) : std::isnan(t.data<double>()[at]);
}

[[noreturn]] void report(const std::string& name, const Tensor& result, Index at,
                         const std::vector<Tensor>& inputs) {
    std::string of;
    for (const Tensor& input : inputs) of += (of.empty() ? "" : " and ") + to_string(input.spec());
    AnomalyError error(sentence("[", name, "] makes ", is_nan(result, at) ? "NaN" : "an infinity",
                                " of finite inputs: element ", at, " of ", to_string(result.spec()),
                                " from ", of));
    if (const std::string* scope = result.node()->scope)
        error.add_context("in layer '" + *scope + "'");
    if (guarded_line > 0)
        error.add_context(sentence("guarded from ", guarded_file, ":", guarded_line));
    throw error;
}

void check(const std::string& name, const Tensor& result, const std::vector<Tensor>& inputs) {
    const Index at = first_anomaly(result);
    if (at < 0 || inputs.empty()) return;
    const bool finite =
        std::ranges::all_of(inputs, [](const Tensor& input) { return first_anomaly(input) < 0; });
    if (finite) report(name, result, at, inputs);
}

void evaluate_and_check(const Tensor& fresh) {
    const Node& node = *fresh.node();
    std::string name(node.op->name());
    std::vector<Tensor> inputs(node.inputs().begin(), node.inputs().end());
    const bool pack = multi_output(node) != nullptr;
    const bool output = typeid(*node.op) == typeid(Projection);
    if (output && inputs[0].node() == latest.node) {
        name = latest.name;
        inputs = latest.inputs;
    }
    evaluate(fresh);
    if (pack)
        latest = {&node, std::move(name), std::move(inputs)};
    else
        check(name, fresh, inputs);
}

}  // namespace

DetectAnomaly::DetectAnomaly(const char* file, int line) noexcept
    : eager_(std::exchange(recording.eager, true)),
      evaluate_(std::exchange(recording.evaluate, evaluate_and_check)),
      outer_file_(std::exchange(guarded_file, file)),
      outer_line_(std::exchange(guarded_line, line)) {}

DetectAnomaly::~DetectAnomaly() {
    recording.eager = eager_;
    recording.evaluate = evaluate_;
    guarded_file = outer_file_;
    guarded_line = outer_line_;
    latest = {};
}

std::shared_ptr<void> detect_anomaly() { return std::make_shared<DetectAnomaly>("", 0); }

}  // namespace shikumi
