#include "formats_of_models.hpp"

#include <shikumi/nn/io/keras_file.hpp>
#include <shikumi/nn/io/keras_weights.hpp>
#include <shikumi/nn/io/tfjs.hpp>
#include <shikumi/shikumi.hpp>

namespace shikumi::exchange {

namespace {

std::shared_ptr<nn::Model> empty_model(const std::string& architecture) {
    nn::KerasReport report;
    auto model = nn::model_from_keras_config(nn::parse_json(architecture, "the facts"), report);
    model->parameters();  // makes them
    for (nn::Layer* const layer : model->inner_layers()) {
        // Statistics that a Normalization was given are in its architecture.
        if (layer->class_name() == "Normalization") continue;
        for (Parameter weight : layer->weights())
            weight.assign(zeros_like(weight.value()));  // so that the file has to give it
    }
    return model;
}

// Weights of Keras's without their architecture: of Keras 3, and in the form of before.
bool holds_keras_weights(const std::string& file) {
    return file.ends_with(".weights.h5") || file.ends_with("old.h5");
}

}  // namespace

const std::vector<std::string>& model_files() {
    static const std::vector<std::string> all{
        "ours.safetensors", "model.safetensors", "model.npz",
        "model.keras",      "model.weights.h5",  "model.h5",
        "old.h5",           "model.pt",          "model.json"};
    return all;
}

bool holds_training(const std::string& file) {
    return !holds_keras_weights(file) && (file.ends_with(".keras") || file.ends_with(".h5"));
}

void write_model_file(nn::Model& model, const std::string& file) {
    if (file.ends_with("ours.safetensors")) return nn::save(model, file);
    if (holds_keras_weights(file)) return nn::save_keras_weights(model, file);
    if (file.ends_with(".keras") || file.ends_with(".h5")) return nn::save_keras(model, file);
    if (file.ends_with(".json")) return nn::save_tfjs(model, file, {.include_optimizer = false});
    if (file.ends_with(".pt")) return nn::save_torch_weights(model, file);
    nn::save_weights(model, file);
}

std::shared_ptr<nn::Model> read_model_file(const std::string& file,
                                           const std::string& architecture) {
    if (file.ends_with("ours.safetensors")) return nn::load(file);
    if (holds_training(file)) return nn::load_keras(file);
    if (file.ends_with(".json")) return nn::load_tfjs(file);
    auto model = empty_model(architecture);
    if (holds_keras_weights(file))
        nn::load_keras_weights(*model, file);
    else if (file.ends_with(".pt") || file.ends_with("torch.safetensors"))
        nn::load_torch_weights(*model, file);
    else
        nn::load_weights(*model, file);
    return model;
}

}  // namespace shikumi::exchange
