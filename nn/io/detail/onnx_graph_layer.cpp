#include <shikumi/nn/io/detail/onnx_graph_layer.hpp>

#include <algorithm>
#include <memory>
#include <set>

namespace shikumi::nn::detail {

namespace {

// Calls f(step, input, name) for each place in which a step reads something.
template <class F>
void each_read(const OnnxProgram& program, F f) {
    for (const OnnxStep& step : program.steps)
        for (std::size_t i = 0; i < step.node.inputs.size(); ++i)
            if (!step.node.inputs[i].empty()) f(step, i, step.node.inputs[i]);
}

bool has_bit(unsigned bits, std::size_t i) { return i < 32 && (bits >> i & 1) != 0; }

// Such as a normalisation's epsilon where it is written out: one number that has the rank of what it
// is added to. A Dense from one feature to one has a kernel of that shape, which is multiplied.
bool is_spread_number(const Tensor& value, const OnnxStep& step) {
    static constexpr std::string_view arithmetic[]{"Add", "Sub", "Mul", "Div", "Pow", "Max", "Min"};
    return value.size() == 1 && value.rank() > 1 &&
           std::ranges::find(arithmetic, step.op->name) != std::end(arithmetic);
}

}  // namespace

bool is_weight(const OnnxProgram& program, const std::string& name) {
    const auto constant = program.constants.find(name);
    if (constant == program.constants.end() || constant->second.role == OnnxRole::number ||
        !is_floating(constant->second.value.dtype()))
        return false;
    const bool buffer = constant->second.role == OnnxRole::buffer;
    bool weight = false, number = false;
    each_read(program, [&](const OnnxStep& step, std::size_t i, const std::string& read) {
        if (read != name) return;
        const bool is_number = has_bit(step.op->numbers, i) || step.op->from_shapes ||
                               (buffer && !has_bit(step.op->states, i)) ||
                               is_spread_number(constant->second.value, step);
        (is_number ? number : weight) = true;
    });
    return weight && !number;
}

/// The steps of a program as a layer.
class OnnxOperations final : public Layer {
public:
    OnnxOperations(std::shared_ptr<const OnnxProgram> program, const std::string& name, DType dtype)
        : Layer(LayerOptions{.name = name, .dtype = dtype}), program_(std::move(program)) {}

    void build_all(const std::vector<Spec>& inputs) override {
        check_count(inputs.size());
        weights_.clear();
        std::set<std::string, std::less<>> states;
        each_read(*program_, [&](const OnnxStep& step, std::size_t i, const std::string& name) {
            if (has_bit(step.op->states, i)) states.insert(name);
        });
        for (const auto& [name, constant] : program_->constants) {
            if (!is_weight(*program_, name) || constant.value.dtype() != dtype()) continue;
            const Tensor& given = constant.value;
            const auto value = [&given](const Shape&, Generator&, DType) { return given; };
            weights_.emplace_back(name, add_weight(name, given.shape(), value,
                                                   {.trainable = !states.contains(name)}));
        }
    }
    Tensor call(const Tensor& x, Mode mode) override { return call_all({x}, mode).front(); }
    std::vector<Tensor> call_all(const std::vector<Tensor>& inputs, Mode mode) override {
        check_count(inputs.size());
        std::map<std::string, Tensor, std::less<>> weights;
        for (const auto& [name, parameter] : weights_) weights[name] = parameter.value();
        const OnnxValues values = run_onnx(*program_, inputs, weights, mode);
        std::vector<Tensor> outputs;
        for (const std::string& name : program_->outputs) outputs.push_back(values.at(name).tensor);
        return outputs;
    }
    std::string label() const override {
        std::string text = "ONNX";
        std::set<std::string_view> named;
        for (const OnnxStep& step : program_->steps) {
            if (!named.insert(step.op->name).second) continue;
            if (named.size() > 6) return text + " …";
            text += (named.size() == 1 ? " " : ", ") + std::string(step.op->name);
        }
        return text;
    }
    Config get_config() const override {
        fail<StateError>("ONNX", "no file of this library can hold ", std::string_view(label()),
                         ": these operators of a graph are no layer");
    }

protected:
    void check_input(const Tensor&) override {}

private:
    void check_count(std::size_t count) const {
        if (count != program_->inputs.size())
            fail<ShapeError>("ONNX", "takes ", program_->inputs.size(), " tensors, got ", count);
    }

    std::shared_ptr<const OnnxProgram> program_;
    std::vector<std::pair<std::string, Parameter>> weights_;
};

SharedLayer onnx_graph_layer(OnnxProgram program, const std::string& name) {
    // A layer's weights have one dtype, that of most.
    Index single = 0, twice = 0;
    for (const auto& [weight, constant] : program.constants) {
        if (!is_weight(program, weight)) continue;
        (constant.value.dtype() == f32 ? single : twice) += constant.value.size();
    }
    return SharedLayer(std::make_shared<OnnxOperations>(
        std::make_shared<const OnnxProgram>(std::move(program)), name, twice > single ? f64 : f32));
}

}  // namespace shikumi::nn::detail
