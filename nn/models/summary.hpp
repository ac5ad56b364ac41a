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

/// How to print a summary, in the order of Keras's arguments.
struct SummaryOptions {
    SummaryStyle style = SummaryStyle::classic27;  ///< whose table it is
    /// Columns of the table. 0: 65, or 98 with connections; 76 for Keras 3, which fits a terminal
    /// of 80.
    int line_length = 0;
    /// Where the columns of the table end, as shares of its width. Empty: as in Keras.
    std::vector<double> positions = {};
    bool expand_nested = false;   ///< whether the layers of inner models are listed
    bool show_trainable = false;  ///< whether a column says which layers are trained
};

/// What the table shows of a layer.
struct LayerSummary {
    std::string name;                         ///< "dense_1"
    std::string class_name;                   ///< "Dense"
    Shape output;                             ///< of one sample
    Index params = 0;                         ///< the number of values in its weights
    std::vector<std::string> connected = {};  ///< its inputs: "dense[0][0]"
    std::string shown = {};                   ///< instead of the output's shape
    bool trainable = true;                    ///< whether it isn't frozen
    bool built = true;                        ///< whether output and params are known
    std::vector<Shape> more_outputs = {};     ///< of one sample, behind the first output
    std::vector<LayerSummary> inner = {};     ///< the layers of an inner model
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

/// "(None, 64)", "[(None, 4), (None, 4)]" for several outputs, or what is shown instead; "?" where
/// it isn't known.
std::string shown_shape(const LayerSummary& layer);
/// The table, ending with a newline. Throws ValueError for positions that don't rise to 1 or aren't
/// as many as the columns, and for a width that leaves a column no room.
std::string to_string(const ModelSummary& model, const SummaryOptions& options);
/// The table in a style, ending with a newline.
std::string to_string(const ModelSummary& model, SummaryStyle style);

}  // namespace shikumi::nn
