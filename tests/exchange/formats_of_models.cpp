#include "formats_of_models.hpp"

#include <shikumi/nn/io/keras_file.hpp>
#include <shikumi/nn/io/keras_weights.hpp>
#include <shikumi/shikumi.hpp>

namespace shikumi::exchange {

namespace {

std::shared_ptr<nn::Model> empty_model(const std::string& architecture) {
    nn::KerasReport report;
    auto model = nn::model_from_keras_config(nn::parse_json(architecture, "the facts"), report);
    std::vector<Tensor> weights = model->get_weights();
    for (Tensor& weight : weights) weight = zeros_like(weight);
    model->set_weights(weights);  // so that the file has to give them
    return model;
}

}  // namespace

const std::vector<std::string>& model_files() {
    static const std::vector<std::string> all{"ours.safetensors", "model.safetensors", "model.npz",
                                              "model.keras",      "model.weights.h5",  "model.h5",
                                              "model.pt"};
    return all;
}

void write_model_file(nn::Model& model, const std::string& file) {
    if (file.ends_with("ours.safetensors")) return nn::save(model, file);
    if (file.ends_with(".weights.h5")) return nn::save_keras_weights(model, file);
    if (file.ends_with(".keras") || file.ends_with(".h5")) return nn::save_keras(model, file);
    if (file.ends_with(".pt")) return nn::save_torch_weights(model, file);
    nn::save_weights(model, file);
}

std::shared_ptr<nn::Model> read_model_file(const std::string& file,
                                           const std::string& architecture) {
    if (file.ends_with("ours.safetensors")) return nn::load(file);
    const bool is_weights = file.ends_with(".weights.h5");
    if (!is_weights && (file.ends_with(".keras") || file.ends_with(".h5")))
        return nn::load_keras(file);
    auto model = empty_model(architecture);
    if (is_weights)
        nn::load_keras_weights(*model, file);
    else if (file.ends_with(".pt"))
        nn::load_torch_weights(*model, file);
    else
        nn::load_weights(*model, file);
    return model;
}

}  // namespace shikumi::exchange
