// Files of models that are written later.
#pragma once

#include <functional>
#include <string>

#include <shikumi/nn/io/keras_file.hpp>
#include <shikumi/nn/io/keras_weights.hpp>
#include <shikumi/nn/io/model_file.hpp>
#include <shikumi/nn/io/onnx_export.hpp>
#include <shikumi/nn/io/tfjs.hpp>
#include <shikumi/nn/io/torch_weights.hpp>
#include <shikumi/nn/io/weights.hpp>

namespace shikumi::nn::detail {

/// What `save` does, for later and for any thread: the model as it is now is written. Throws what
/// `save` throws, the function IoError alone.
std::function<void()> model_writing(Model& model, std::string path,
                                    const SaveOptions& options = {});
/// The same for `save_weights`.
std::function<void()> weights_writing(Model& model, std::string file,
                                      const SaveWeightsOptions& options = {});
/// The same for `save_keras`.
std::function<void()> keras_writing(Model& model, std::string path,
                                    const SaveKerasOptions& options = {});
/// The same for `save_keras_weights`.
std::function<void()> keras_weights_writing(Model& model, std::string file,
                                            const SaveKerasWeightsOptions& options = {});

/// The same for `save_onnx`.
std::function<void()> onnx_writing(Model& model, std::string path,
                                   const SaveOnnxOptions& options = {});
/// The same for `save_torch_weights`.
std::function<void()> torch_weights_writing(Model& model, std::string path,
                                            const SaveTorchOptions& options = {});

/// The same for `save_tfjs`.
std::function<void()> tfjs_writing(Model& model, std::string path,
                                   const SaveTfjsOptions& options = {});

}  // namespace shikumi::nn::detail
