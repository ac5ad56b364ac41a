// The table of a model's layers, as four generations of Keras print it.
#pragma once

#include <string>
#include <vector>

#include <shikumi/autograd/core/shape.hpp>

namespace shikumi::nn {

enum class SummaryStyle {
    classic26,   ///< Keras 2.3 and TensorFlow up to 2.6: ruled rows
    classic27,   ///< TensorFlow 2.7 to 2.12: blank lines between rows
    classic213,  ///< TensorFlow 2.13 to 2.15: sizes in bytes beside the totals
    keras3,      ///< Keras 3: a box
};

/// What the table shows of a layer.
struct LayerSummary {
    std::string name, class_name;
    Shape output;  ///< of one sample
    Index params = 0;
    std::vector<std::string> connected = {};  ///< "dense[0][0]": what it gets its inputs from
    std::string shown = {};                   ///< instead of the output's shape
};

/// A number of weights and the bytes they take.
struct WeightCount {
    Index params = 0;
    std::size_t bytes = 0;
};

struct ModelSummary {
    std::string name;
    std::vector<LayerSummary> layers;
    WeightCount trainable, frozen;
    WeightCount optimizer;     ///< shown by keras3 where it isn't empty
    bool connections = false;  ///< whether there is a column "Connected to"

    /// Whether it is known what gets its inputs from where.
    bool drawn() const {
        for (const LayerSummary& layer : layers) {
            if (!layer.connected.empty()) return true;
        }
        return false;
    }
};

/// "(None, 64)", or what is shown instead.
std::string shown_shape(const LayerSummary& layer);
/// The table, ending with a newline.
std::string to_string(const ModelSummary& model, SummaryStyle style);

}  // namespace shikumi::nn
