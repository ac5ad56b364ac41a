#include <shikumi/nn/symbol.hpp>

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

Symbol input_symbol(const Spec& sample, const std::string& name) {
    return Symbol(
        std::make_shared<const Symbol::Call>(Symbol::Call{
            {}, name, {}, {Spec{batch_of(detail::some_batch, sample.shape), sample.dtype}}, false}),
        0);
}

namespace {

std::shared_ptr<const Symbol::Call> drawn(const SharedLayer& layer,
                                          const std::vector<Symbol>& inputs, bool several) {
    if (!layer.layer) fail<ValueError>("connect", "got no layer");
    if (inputs.empty()) fail<ValueError>(layer.layer->name(), "got no input");
    std::vector<Tensor> x;
    for (const Symbol& input : inputs) x.push_back(detail::placeholder(input.spec()));
    const Pass unused;
    const std::vector<Tensor> y = several || x.size() > 1
                                      ? (*layer.layer)(x)
                                      : std::vector<Tensor>{(*layer.layer)(x.front())};
    std::vector<Spec> outputs;
    for (const Tensor& t : y) {
        detail::check_batch(*layer.layer, x.front().shape(), t.shape());
        outputs.push_back(t.spec());
    }
    return std::make_shared<const Symbol::Call>(
        Symbol::Call{layer, {}, inputs, std::move(outputs), several || x.size() > 1});
}

}  // namespace

Symbol connect(const SharedLayer& layer, const std::vector<Symbol>& inputs) {
    auto call = drawn(layer, inputs, false);
    if (call->outputs.size() != 1)
        fail<ValueError>(call->name(), "gives ", call->outputs.size(), " outputs: use connect_all");
    return Symbol(std::move(call), 0);
}

std::vector<Symbol> connect_all(const SharedLayer& layer, const std::vector<Symbol>& inputs) {
    const auto call = drawn(layer, inputs, true);
    std::vector<Symbol> outputs;
    for (std::size_t i = 0; i < call->outputs.size(); ++i) outputs.emplace_back(call, i);
    return outputs;
}

}  // namespace shikumi::nn
