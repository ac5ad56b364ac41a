// Functional: a graph of layers' calls, from symbolic inputs to symbolic outputs.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <shikumi/nn/models/summary.hpp>
#include <shikumi/nn/symbolic_tensor.hpp>

namespace shikumi::nn {

/// The calls that lead from inputs to outputs, in an order in which each follows the calls that it
/// depends on. `Model(inputs, outputs)` runs one. Copies share the layers.
class Functional {
public:
    /// Errors of this graph begin with `name`. Throws ValueError where inputs or outputs are
    /// missing, an input is no Input, is listed twice or leads to no output, or an output depends
    /// on an input that isn't listed.
    Functional(const SymbolicTensors& inputs, const SymbolicTensors& outputs, std::string name);

    /// The name that errors begin with.
    const std::string& name() const noexcept { return name_; }
    /// The called layers in Keras's order, in which those come first that are furthest from the
    /// outputs; one that is called twice comes twice.
    std::vector<Layer*> layers() const;
    /// Shape and dtype of each input; the size of the first axis means nothing.
    std::vector<Spec> inputs() const;
    /// The names of the inputs.
    std::vector<std::string> input_names() const;
    /// The names that the outputs were given; else those of the layers that they come from, where a
    /// number follows where one comes again.
    std::vector<std::string> output_names() const;
    /// Calls the layers in order. Throws ShapeError, DTypeError where the inputs don't fit, and
    /// the errors of the layers.
    std::vector<Tensor> call(const std::vector<Tensor>& inputs, Mode mode) const;
    /// Whether each call but the first has the one before as its only input, and no layer is called
    /// twice: then a summary need not show the connections.
    bool is_chain() const;
    /// What a summary shows of each input and layer, with the connections between them.
    std::vector<LayerSummary> describe() const;
    /// The layers with their calls, the inputs and the outputs, as Keras 3 has them. Throws
    /// ValueError where two layers have one name.
    Config get_config() const;
    /// The graph of that configuration, or of Keras 2's form; `make` makes the layers. Throws
    /// ValueError for fields that it can't take, unknown layers and outputs, circles, and arguments
    /// of calls that aren't tensors.
    static Functional from_config(ConfigReader& config, LayerMaker make);
    /// The same graph of new layers that share nothing with these; weights aren't copied. Throws
    /// StateError where a layer's class isn't known.
    Functional clone() const;

private:
    using Call = SymbolicTensor::Call;

    std::vector<const Call*> by_depth() const;
    void check_inputs() const;
    void check_inputs(const std::vector<Tensor>& given) const;

    std::string name_;
    std::vector<SymbolicTensor> inputs_, outputs_;
    std::vector<std::string> output_names_;           // empty: those of the layers
    std::vector<std::shared_ptr<const Call>> calls_;  // inputs too, each before its readers
};

}  // namespace shikumi::nn
