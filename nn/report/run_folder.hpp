// RunFolder: a folder that shows how a training went.
#pragma once

#include <string>
#include <vector>

#include <shikumi/nn/callbacks/callback.hpp>
#include <shikumi/nn/callbacks/monitor.hpp>

namespace shikumi::nn {

/// What RunFolder can be given.
struct RunFolderOptions {
    std::string folder = "runs";  ///< in which each training gets a folder of its own
    std::string name = {};  ///< of that folder; empty: the time, such as "2026-03-31-18-30-00"
    std::vector<std::string> class_names = {};  ///< of a classifier's classes; empty: numbers
    /// The number of the logs whose best value keeps the weights; empty: "val_loss" where the
    /// training is validated, else "loss".
    std::string monitor = {};
    MonitorMode mode = MonitorMode::automatic;  ///< which values are better
};

/// Leaves a folder that shows how a training went:
///
///     model.fit(x, y, {.epochs = 5, .validation_data = {{test_x, test_y}},
///                      .callbacks = {nn::RunFolder()}});
///
///   - report.html: curves, learning rate, norms of the gradients, confusion matrix, worst
///     mistakes, first filters, drawing and summary of the model, configuration, environment. One
///     page that needs no network and no script, for light and dark screens;
///   - metrics.csv: the logs of each epoch, and the learning rate;
///   - model.svg, config.json;
///   - best.safetensors, last.safetensors: the weights.
///
/// What a validation from arrays says is drawn at the end. The page and the files are renewed while
/// the model is trained, as often as 2 % of the time allow. Pictures that can't be drawn are left
/// out; a file that can't be written is an IoError, before anything is trained.
class RunFolder : public Callback {
public:
    /// A folder for each training that it is given to.
    explicit RunFolder(const RunFolderOptions& options = {});
    /// The folder of the last training; empty before the first one.
    std::string path() const;

private:
    struct State;
};

}  // namespace shikumi::nn
