// Keras's configurations: what its versions write of a model and of its training is read here, and
// written so that they open it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <shikumi/autograd/core/config.hpp>
#include <shikumi/nn/io/architecture.hpp>
#include <shikumi/nn/models/model.hpp>
#include <shikumi/nn/training/compile_options.hpp>

namespace shikumi::nn {

/// A line of Keras versions, whose configurations have one form.
enum class KerasLine {
    keras2,  ///< Keras up to 2.15, tf_keras, and TensorFlow.js
    keras3,  ///< Keras 3
};

/// What a reader of Keras's files has passed over, or taken otherwise than the file says.
struct KerasReport {
    std::vector<std::string> notes = {};  ///< one sentence each, which names layer and option

    /// The notes, one a line; empty where all was taken as it stands.
    std::string text() const;
};

/// Which Keras wrote a configuration: the line of its "keras_version" where it has one, else Keras
/// 2 where an input has a "batch_input_shape" or layers are called in Keras 2's form.
KerasLine keras_line(const Config& config);

/// The model of a configuration that Keras has written: of the text of `model.to_json()`, of
/// config.json in a .keras file, or of the attribute model_config of an .h5 file. All forms of both
/// lines are read. Options that this library doesn't know are passed over and reported; types
/// narrower than float32 become float32, which is reported, too. Throws ValueError, naming layer
/// and option, for a class that isn't known, for one of a module that isn't Keras's, for a value
/// of a known option that isn't possible here, and for more weights than the budget allows.
std::shared_ptr<Model> model_from_keras_config(const Config& config, KerasReport& report,
                                               const ModelBudget& budget = {});

/// The model as Keras writes it, so that it opens it: with all that it asks for, and without what
/// is only known here. Throws ValueError, naming layer and option, for what Keras hasn't, and as
/// `architecture` does.
Config keras_config(const Model& model, KerasLine line = KerasLine::keras3);

/// What a model was told by `compile`, as Keras writes it: the compile_config of a .keras file, or
/// the training_config of an .h5 file of Keras 3, where the optimiser is "optimizer_config". Keras
/// 2's optimisers, losses and metrics have other names and forms in places, which are understood.
/// Nothing where the model wasn't compiled, or where Keras has lost the optimiser, which is
/// reported. `outputs` are the names of the model's outputs. Throws ValueError for a class that
/// isn't known, and for values that aren't possible here.
std::optional<CompileOptions> compile_options_from_keras_config(
    const Config& config, const std::vector<std::string>& outputs, KerasReport& report);

/// What Keras 3 writes as compile_config, so that it compiles a model in this way. Throws
/// ValueError for what Keras hasn't, and for objects of one's own that aren't registered.
Config keras_compile_config(const CompileOptions& options, const std::vector<std::string>& outputs);
/// What an .h5 file holds as training_config, in the form of the line.
Config keras_training_config(const CompileOptions& options, const std::vector<std::string>& outputs,
                             KerasLine line = KerasLine::keras3);

}  // namespace shikumi::nn
