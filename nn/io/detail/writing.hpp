// Files of models that are written later.
#pragma once

#include <functional>
#include <string>

#include <shikumi/nn/io/model_file.hpp>
#include <shikumi/nn/io/weights.hpp>

namespace shikumi::nn::detail {

/// What `save` does, for later and for any thread: the model as it is now is written. Throws what
/// `save` throws, the function IoError alone.
std::function<void()> model_writing(Model& model, std::string path,
                                    const SaveOptions& options = {});
/// The same for `save_weights`.
std::function<void()> weights_writing(Model& model, std::string file,
                                      const SaveWeightsOptions& options = {});

}  // namespace shikumi::nn::detail
