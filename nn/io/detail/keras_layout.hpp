// Where Keras's files have the weights of a model.
#pragma once

#include <string>
#include <vector>

#include <shikumi/nn/models/model.hpp>

namespace shikumi::nn::detail {

/// A layer, or a part of one, in a .weights.h5 file.
struct KerasGroup {
    std::string path;                // "layers/bidirectional/forward_layer/cell"; "": the model
    std::string name;                // of the layer
    std::vector<Parameter> weights;  // the datasets vars/0, vars/1, … in it
};

/// How the layers of a model are found in a .weights.h5 file.
enum class KerasNumbers {
    layers,       ///< Keras 3, and 2.14 and later: the groups of a class are counted
    dependencies  ///< Keras 2.12 and 2.13: each layer with weights counts twice
};

/// The path of what lies below another; "" is the outermost.
std::string joined(const std::string& path, const std::string& name);

/// All groups of a model, each before those in it. A layer that comes twice has one.
std::vector<KerasGroup> keras_groups(const Model& model,
                                     KerasNumbers numbers = KerasNumbers::layers);

/// A weight of a model, as an older .h5 file has it.
struct KerasWeight {
    Parameter parameter;
    std::string container;  // the name of the Sequential that holds its layer; "": none does

    /// Its path: "sequential/dense/kernel".
    std::string path() const;
};

/// A layer of a model, as an older .h5 file has it.
struct KerasLayer {
    std::string name;
    // With those inside of it: first what is trained, then the rest.
    std::vector<KerasWeight> weights;
};

/// The layers of a model, those without weights, too.
std::vector<KerasLayer> keras_layers(const Model& model);

/// All weights of a model, in the order of Keras's optimisers.
std::vector<KerasWeight> keras_weights(const Model& model);
/// Those of them that are trained.
std::vector<Parameter> keras_trained(const Model& model);

}  // namespace shikumi::nn::detail
