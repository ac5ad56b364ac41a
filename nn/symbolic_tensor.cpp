#include <shikumi/nn/symbolic_tensor.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/detail/placeholder.hpp>

namespace shikumi::nn {

SharedLayer SharedLayer::clone() const {
    if (!copy)
        fail<StateError>("clone", "'", layer->name(),
                         "' can't be copied: its class has no copies, or it was added as a "
                         "pointer to Layer");
    SharedLayer twin(copy(*layer));
    twin.copy = copy;
    return twin;
}

SymbolicTensor input_symbol(const Spec& sample, const std::string& name) {
    return SymbolicTensor(
        std::make_shared<const SymbolicTensor::Call>(SymbolicTensor::Call{
            {}, name, {}, {Spec{batch_of(detail::some_batch, sample.shape), sample.dtype}}, false}),
        0);
}

namespace {

std::shared_ptr<const SymbolicTensor::Call> drawn(const SharedLayer& layer,
                                                  const std::vector<SymbolicTensor>& inputs,
                                                  bool several) {
    if (!layer.layer) fail<ValueError>("connect", "got no layer");
    if (inputs.empty()) fail<ValueError>(layer.layer->name(), "got no input");
    std::vector<Tensor> x;
    for (const SymbolicTensor& input : inputs) x.push_back(detail::placeholder(input.spec()));
    const CallContext unused;
    const std::vector<Tensor> y = several || x.size() > 1
                                      ? (*layer.layer)(x)
                                      : std::vector<Tensor>{(*layer.layer)(x.front())};
    std::vector<Spec> outputs;
    for (const Tensor& t : y) {
        detail::check_batch(*layer.layer, x.front().shape(), t.shape());
        outputs.push_back(t.spec());
    }
    return std::make_shared<const SymbolicTensor::Call>(
        SymbolicTensor::Call{layer, {}, inputs, std::move(outputs), several || x.size() > 1});
}

}  // namespace

SymbolicTensor connect(const SharedLayer& layer, const std::vector<SymbolicTensor>& inputs) {
    auto call = drawn(layer, inputs, false);
    if (call->outputs.size() != 1)
        fail<ValueError>(call->name(), "gives ", call->outputs.size(), " outputs: use connect_all");
    return SymbolicTensor(std::move(call), 0);
}

std::vector<SymbolicTensor> connect_all(const SharedLayer& layer,
                                        const std::vector<SymbolicTensor>& inputs) {
    const auto call = drawn(layer, inputs, true);
    std::vector<SymbolicTensor> outputs;
    for (std::size_t i = 0; i < call->outputs.size(); ++i) outputs.emplace_back(call, i);
    return outputs;
}

}  // namespace shikumi::nn
