// History: what a training reports, epoch by epoch.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <shikumi/autograd/core/shape.hpp>
#include <shikumi/nn/callbacks/callback.hpp>
#include <shikumi/nn/callbacks/logs.hpp>

namespace shikumi::nn {

/// What `fit` returns, as Keras's History. It is a callback, too: `fit` adds one of its own as the
/// last, so that it holds whatever other callbacks have logged.
struct History {
    std::vector<int> epoch;                              ///< 0, 1, …
    std::map<std::string, std::vector<double>> history;  ///< by name, one number an epoch
    /// How it was trained.
    struct Params {
        int verbose = 0;       ///< as in FitOptions
        int epochs = 0;        ///< as in FitOptions; fewer may have been trained
        Index steps = 0;       ///< batches an epoch; 0 where it wasn't known
    } params;                  ///< how it was trained
    bool interrupted = false;  ///< whether SIGINT has ended it, within an epoch that doesn't count

    /// A callback that begins anew with a training and adds the logs of each epoch to this, which
    /// must outlive it.
    Callback recorder();
};

/// What `FitOptions::on_epoch_end` is shown.
struct EpochLog {
    int epoch;          ///< from 0
    Logs logs;          ///< the means of the epoch
    bool stop = false;  ///< set it to end the training
};

}  // namespace shikumi::nn
