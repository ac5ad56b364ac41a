#include <shikumi/nn/symbolic_tensor.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/detail/placeholder.hpp>

namespace shikumi::nn {

namespace {

using Call = SymbolicTensor::Call;

// Calls the layer on placeholders to learn the outputs' shapes.
std::shared_ptr<const Call> symbolic_call(const SharedLayer& shared,
                                          const std::vector<SymbolicTensor>& inputs,
                                          bool wants_list) {
    if (!shared.layer) fail<ValueError>("connect", "got no layer");
    Layer& layer = *shared.layer;
    if (inputs.empty()) fail<ValueError>(layer.name(), "got no input");
    std::vector<Tensor> x;
    for (const SymbolicTensor& input : inputs) x.push_back(detail::placeholder(input.spec()));
    const bool on_list = wants_list || x.size() > 1;
    const CallContext unused;
    const std::vector<Tensor> y = on_list ? layer(x) : std::vector<Tensor>{layer(x.front())};
    for (const Tensor& t : y) detail::check_batch(layer, x.front().shape(), t.shape());
    return std::make_shared<const Call>(Call{shared, {}, inputs, specs_of(y), on_list});
}

}  // namespace

SymbolicTensor symbolic_input(const Spec& sample, const std::string& name) {
    const Spec batch{batch_of(detail::some_batch, sample.shape), sample.dtype};
    return SymbolicTensor(std::make_shared<const Call>(Call{{}, name, {}, {batch}, false}), 0);
}

SymbolicTensor connect(const SharedLayer& layer, const std::vector<SymbolicTensor>& inputs) {
    auto call = symbolic_call(layer, inputs, false);
    if (call->outputs.size() != 1)
        fail<ValueError>(call->name(), "gives ", call->outputs.size(), " outputs: use connect_all");
    return SymbolicTensor(std::move(call), 0);
}

std::vector<SymbolicTensor> connect_all(const SharedLayer& layer,
                                        const std::vector<SymbolicTensor>& inputs) {
    const auto call = symbolic_call(layer, inputs, true);
    std::vector<SymbolicTensor> outputs;
    for (std::size_t i = 0; i < call->outputs.size(); ++i) outputs.emplace_back(call, i);
    return outputs;
}

}  // namespace shikumi::nn
