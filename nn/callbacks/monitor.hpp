// How a callback watches a number of the logs.
#pragma once

namespace shikumi::nn {

/// Which values of a watched number are better.
enum class MonitorMode {
    automatic,  ///< lower ones for losses and errors, higher ones for accuracies and the like
    min,        ///< lower ones
    max,        ///< higher ones
};

}  // namespace shikumi::nn
