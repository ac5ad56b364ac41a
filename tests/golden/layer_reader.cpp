// Layers from Keras's configurations: the library's own way.
#include "readers.hpp"

namespace shikumi::golden {

Config read_config(const json& values) { return nn::parse_json(values.dump(), "case"); }

LayerPointer read_layer(const json& layer) {
    json config = layer.value("config", json::object());
    if (config.contains("cells") && layer.at("class_name") == "RNN") {
        // The cases list the cells, which Keras puts into one.
        const json cells{{"cells", config.at("cells")}};
        config["cell"] = {{"class_name", "StackedRNNCells"}, {"config", cells}};
        config.erase("cells");
    }
    const json whole{{"class_name", layer.at("class_name")}, {"config", config}};
    return nn::layer_from_config(read_config(whole)).layer;
}

}  // namespace shikumi::golden
