// Keras's forms of a configuration, and this library's own, which is close to Keras 3's.
#pragma once

#include <string>

#include <shikumi/autograd/core/config.hpp>
#include <shikumi/nn/io/keras_config.hpp>

namespace shikumi::nn::detail {

/// How a configuration of Keras is read.
struct KerasReading {
    KerasLine line = KerasLine::keras3;            ///< who wrote it
    KerasReport* report = nullptr;                 ///< where notes go; null: nowhere
    bool (*is_own)(const std::string& name) = {};  ///< whether a class is the program's own
};

/// The same in the library's own form: calls of layers in one form, masks as layers `WithMask`,
/// functions of tensors as layers `Operation`, options of calls as options of their layers, dtypes
/// as names. Throws ValueError, naming layer and option, for classes of modules that aren't
/// Keras's, and for calls that aren't possible here.
Config from_keras(const Config& config, const KerasReading& reading);

/// The library's own form as a line of Keras has it. Throws ValueError, naming layer and option,
/// for what that line hasn't.
Config to_keras(const Config& architecture, KerasLine line);

/// A layer's class and name, for errors: "Dense 'hidden'".
std::string described(const Config& layer);
/// Whether a layer is a model that begins with an Input.
bool begins_with_input(const Config& layer);

}  // namespace shikumi::nn::detail
