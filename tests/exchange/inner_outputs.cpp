#include "inner_outputs.hpp"

#include <vector>

#include <shikumi/nn/io/architecture.hpp>
#include <shikumi/nn/io/json.hpp>
#include <shikumi/shikumi.hpp>

namespace shikumi::exchange {

namespace {

// Switches on what Keras's layers give when they are asked.
void ask_for_all(json& config) {
    for (auto& [key, value] : config.items()) {
        if (key == "return_sequences" || key == "return_state")
            value = true;
        else if (value.is_structured())
            ask_for_all(value);
    }
}

// A layer of the same weights that gives all it can.
nn::SharedLayer outspoken(const nn::Layer& layer) {
    json config = json::parse(nn::to_json(layer));
    ask_for_all(config);
    if (config.at("class_name") == "MultiHeadAttention")  // which states it only where it is asked
        config["config"]["return_attention_scores"] = true;
    nn::SharedLayer same = nn::layer_from_config(nn::parse_json(config.dump(), "a layer"));
    std::vector<Parameter> weights = same.layer->weights();
    for (std::size_t i = 0; i < weights.size(); ++i)
        weights[i].assign(layer.weights().at(i).value());
    return same;
}

}  // namespace

std::map<std::string, Tensor> inner_outputs(nn::Model& model, const Tensor& x) {
    std::map<std::string, Tensor> found;
    std::vector<Tensor> h_n, c_n;
    Tensor sequence = x;
    for (const nn::Layer* const layer : model.inner_layers()) {
        if (dynamic_cast<const nn::MultiHeadAttention*>(layer)) {
            const nn::SharedLayer attention = outspoken(*layer);
            found["attention_weights"] = mean((*attention.layer)(std::vector{x, x}).at(1), 1);
        }
        const auto* const both = dynamic_cast<const nn::Bidirectional*>(layer);
        if (!both && !dynamic_cast<const nn::RNN*>(layer)) continue;
        const nn::SharedLayer recurrent = outspoken(*layer);
        const std::vector<Tensor> outputs = (*recurrent.layer)(std::vector{sequence});
        sequence = outputs.at(0);
        const std::size_t of_each = (outputs.size() - 1) / (both ? 2 : 1);  // an LSTM has two
        for (std::size_t i = 1; i < outputs.size(); i += of_each) {
            h_n.push_back(outputs[i]);
            if (of_each == 2) c_n.push_back(outputs[i + 1]);
        }
    }
    if (h_n.empty()) return found;
    found["sequence"] = sequence;
    found["h_n"] = stack(h_n);
    if (!c_n.empty()) found["c_n"] = stack(c_n);
    return found;
}

}  // namespace shikumi::exchange
