// The table of a model's layers, as four generations of Keras print it.
#pragma once

#include <string>
#include <vector>

#include <shikumi/autograd/core/shape.hpp>

namespace shikumi::nn {

/// Whose table it is.
enum class SummaryStyle {
    classic26,   ///< Keras 2.3 and TensorFlow up to 2.6: ruled rows
    classic27,   ///< TensorFlow 2.7 to 2.12: blank lines between rows
    classic213,  ///< TensorFlow 2.13 to 2.15: sizes in bytes beside the totals
    keras3,      ///< Keras 3: a box
};

/// What the table shows of a layer.
struct LayerSummary {
    std::string name;                         ///< "dense_1"
    std::string class_name;                   ///< "Dense"
    Shape output;                             ///< of one sample
    Index params = 0;                         ///< the number of values in its weights
    std::vector<std::string> connected = {};  ///< its inputs: "dense[0][0]"
    std::string shown = {};                   ///< instead of the output's shape
};

/// A number of weights and the bytes they take.
struct WeightCount {
    Index params = 0;       ///< values
    std::size_t bytes = 0;  ///< their memory
};

/// What the table, and the picture by plot_model, show of a model.
struct ModelSummary {
    std::string name;                  ///< of the model
    std::vector<LayerSummary> layers;  ///< a row each
    WeightCount trainable;             ///< weights that an optimiser changes
    WeightCount frozen;                ///< all other weights
    WeightCount optimizer;             ///< its state; shown by keras3 where it isn't empty
    bool connection_column = false;    ///< whether there is a column "Connected to"

    /// Whether any layer says what its inputs are.
    bool connections_known() const;
};

/// "(None, 64)", or what is shown instead.
std::string shown_shape(const LayerSummary& layer);
/// The table, ending with a newline.
std::string to_string(const ModelSummary& model, SummaryStyle style);

}  // namespace shikumi::nn
