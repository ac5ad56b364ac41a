// Reads recurrent layers and their wrappers.
#include "readers.hpp"

namespace shikumi::golden {

namespace {

// Common options of SimpleRNN, LSTM and GRU.
template <class Options>
Options read_options(const std::string& type, const json& config) {
    only(config, type,
         {"units", "activation", "recurrent_activation", "use_bias", "reset_after",
          "return_sequences", "go_backwards"});
    Options options;
    options.activation = read_activation(config);
    options.use_bias = config.value("use_bias", true);
    options.return_sequences = config.value("return_sequences", false);
    options.go_backwards = config.value("go_backwards", false);
    return options;
}

std::shared_ptr<nn::RNN> read_recurrent(const std::string& type, const json& config) {
    if (type == "SimpleRNN")
        return std::make_shared<nn::SimpleRNN>(config.at("units").get<Index>(),
                                               read_options<nn::SimpleRNNOptions>(type, config));
    if (type == "LSTM") {
        auto options = read_options<nn::LSTMOptions>(type, config);
        options.recurrent_activation = read_activation(config, "recurrent_activation");
        return std::make_shared<nn::LSTM>(config.at("units").get<Index>(), options);
    }
    if (type == "GRU") {
        auto options = read_options<nn::GRUOptions>(type, config);
        options.recurrent_activation = read_activation(config, "recurrent_activation");
        options.reset_after = config.value("reset_after", true);
        return std::make_shared<nn::GRU>(config.at("units").get<Index>(), options);
    }
    return nullptr;
}

nn::MergeMode read_merge_mode(const std::string& name) {
    if (name == "concat") return nn::MergeMode::concat;
    if (name == "sum") return nn::MergeMode::sum;
    if (name == "mul") return nn::MergeMode::mul;
    if (name == "ave") return nn::MergeMode::ave;
    throw Unknown("merge_mode " + name);
}

LayerPointer read_sequence_layer(const std::string& type, const json& config) {
    if (type == "Bidirectional") {
        only(config, type, {"layer", "merge_mode"});
        const json& layer = config.at("layer");
        const auto inner = read_recurrent(layer.at("class_name"), layer.at("config"));
        if (!inner) throw Unknown("Bidirectional of another layer");
        const nn::MergeMode merge = read_merge_mode(config.value("merge_mode", "concat"));
        return std::make_shared<nn::Bidirectional>(inner,
                                                   nn::BidirectionalOptions{.merge_mode = merge});
    }
    if (type == "TimeDistributed") {
        only(config, type, {"layer"});
        return std::make_shared<nn::TimeDistributed>(read_layer(config.at("layer")));
    }
    if (type == "RepeatVector") {
        only(config, type, {"n"});
        return std::make_shared<nn::RepeatVector>(config.at("n").get<Index>());
    }
    return read_recurrent(type, config);
}

const LayerReaders recurrent(read_sequence_layer);

}  // namespace

}  // namespace shikumi::golden
