// What `fit` is told.
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <map>
#include <optional>
#include <utility>

#include <shikumi/nn/training/batch.hpp>
#include <shikumi/nn/training/history.hpp>

namespace shikumi::nn {

/// How long and on what to train, in the order of Keras's arguments.
struct FitOptions {
    Index batch_size = 32;        ///< samples a step; the last batch of an epoch may be smaller
    int epochs = 1;               ///< how often to go through the samples
    int verbose = 1;              ///< 0 nothing, 1 a bar, 2 one line an epoch
    double validation_split = 0;  ///< share of the samples, taken from the end before shuffling
    /// Inputs and targets that are measured after each epoch and never trained on.
    std::optional<std::pair<TensorList, TensorList>> validation_data = {};
    bool shuffle = true;                      ///< whether each epoch has an order of its own
    std::map<int, double> class_weight = {};  ///< factor of a class's losses; 1 where it is absent
    std::optional<std::uint64_t> seed = {};   ///< of the shuffling; the model's own where absent
    std::function<void(EpochLog&)> on_epoch_end = {};  ///< may set `stop`
    std::ostream* out = nullptr;  ///< where to show progress; std::cout where null
};

}  // namespace shikumi::nn
