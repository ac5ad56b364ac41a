// The call of a layer in a graph of Keras: on which tensors, with which masks and options.
#pragma once

#include <string>

#include <shikumi/autograd/core/config.hpp>
#include <shikumi/nn/io/keras_config.hpp>

namespace shikumi::nn::detail {

/// A tensor in a graph, in Keras 3's form: output `output` of call `node` of a layer.
Config tensor_config(const std::string& layer, Config node, Config output);
/// Keras 3's "keras_history" of a tensor, [layer, node, output]; null for anything else.
const Config* history_in(const Config& tensor) noexcept;

/// The arguments of a call, in Keras 3's form.
struct KerasArguments {
    Config::List args;                         ///< by their places
    Config kwargs = Config(Config::Object{});  ///< by their names
};

/// The arguments of one of a layer's "inbound_nodes", of either line. Throws ValueError beginning
/// with `who` for anything else.
KerasArguments arguments_in(const Config& node, const std::string& who);

/// A call as this library has it.
struct LayerCall {
    Config::List inputs;                        ///< tensors, in the order in which layers take them
    Config::List masks;                         ///< of the first inputs; nothing where it has none
    Config options = Config(Config::Object{});  ///< of the call that are options of the layer here
};

/// The call of a layer of that class. `training` is passed over where Keras passes it over. Throws
/// ValueError beginning with `who` for arguments that the layer can't take here.
LayerCall call_in(const KerasArguments& arguments, const std::string& class_name, KerasLine line,
                  const std::string& who);
/// The other way round, in Keras 3's form. Throws ValueError beginning with `who` for inputs that
/// Keras's layer doesn't take.
KerasArguments arguments_of(const LayerCall& call, const std::string& class_name,
                            const std::string& who);

/// One of "inbound_nodes" in the form of the line.
Config node_config(const KerasArguments& arguments, KerasLine line);

}  // namespace shikumi::nn::detail
