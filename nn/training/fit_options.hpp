// What `fit`, `evaluate`, `predict` and the single steps are told.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <iosfwd>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <shikumi/nn/callbacks/callback.hpp>
#include <shikumi/nn/callbacks/progress.hpp>
#include <shikumi/nn/training/batch.hpp>
#include <shikumi/nn/training/batch_source.hpp>
#include <shikumi/nn/training/history.hpp>
#include <shikumi/nn/training/resume.hpp>

namespace shikumi::nn {

/// What a training is measured on: inputs, targets and perhaps weights, or a source of batches.
class ValidationData {
public:
    /// Inputs and targets, and factors of the samples' losses.
    ValidationData(TensorList x, TensorList y, TensorList sample_weight = {})
        : x_(std::move(x)), y_(std::move(y)), sample_weight_(std::move(sample_weight)) {}
    /// Inputs and targets.
    template <std::convertible_to<TensorList> X, std::convertible_to<TensorList> Y>
    ValidationData(const std::pair<X, Y>& data) : ValidationData(data.first, data.second) {}
    /// Batches.
    template <std::convertible_to<BatchSource> S>
    ValidationData(S&& source) : source_(std::forward<S>(source)) {}

    /// The inputs, where there is no source.
    const TensorList& x() const noexcept { return x_; }
    /// The targets, where there is no source.
    const TensorList& y() const noexcept { return y_; }
    /// The factors of the samples' losses.
    const TensorList& sample_weight() const noexcept { return sample_weight_; }
    /// The source of batches; absent where there are arrays.
    const std::optional<BatchSource>& source() const noexcept { return source_; }

private:
    TensorList x_, y_, sample_weight_;
    std::optional<BatchSource> source_;
};

/// After which epochs a training is validated: after each n-th, or after those of a list, which
/// counts from 1 as Keras's does.
class ValidationFrequency {
public:
    /// After each n-th epoch.
    ValidationFrequency(int every = 1) : every_(every) {}
    /// After these epochs, the first being 1.
    ValidationFrequency(std::initializer_list<int> epochs) : every_(0), epochs_(epochs) {}
    /// After these epochs, the first being 1.
    ValidationFrequency(std::vector<int> epochs) : every_(0), epochs_(std::move(epochs)) {}

    /// Whether epoch number `epoch`, from 0, is one of them.
    bool holds(int epoch) const noexcept;
    /// Throws ValueError unless all numbers are positive.
    void want_positive() const;

private:
    int every_;
    std::vector<int> epochs_;
};

/// How long and on what to train, in the order of Keras's arguments.
struct FitOptions {
    Index batch_size = 32;  ///< samples a step; the last batch of an epoch may be smaller
    int epochs = 1;         ///< the epoch before which training ends
    int verbose = 1;        ///< 0 nothing, 1 a bar, 2 one line an epoch
    std::vector<Callback> callbacks = {};  ///< called in order, before progress and history
    double validation_split = 0;  ///< share of the samples, taken from the end before shuffling
    /// What is measured after each epoch and never trained on: `{{x, y}}`, `{{x, y, weights}}` or a
    /// source of batches.
    std::optional<ValidationData> validation_data = {};
    bool shuffle = true;                      ///< whether each epoch has an order of its own
    std::map<int, double> class_weight = {};  ///< factor of a class's losses; 1 where it is absent
    /// Factors of the losses of the samples, (N,), or of the steps of sequences, (N, T); one for
    /// each output, or one for all of them.
    TensorList sample_weight = {};
    int initial_epoch = 0;  ///< the first epoch, from 0
    /// Batches an epoch; 0: all there are. An epoch goes on where the last one stopped.
    Index steps_per_epoch = 0;
    Index validation_steps = 0;               ///< batches a validation; 0: all there are
    Index validation_batch_size = 0;          ///< samples a batch; 0: as in training
    ValidationFrequency validation_freq = 1;  ///< after which epochs to validate
    std::optional<std::uint64_t> seed = {};   ///< of the shuffling; the model's own if absent
    std::function<void(EpochLog&)> on_epoch_end = {};  ///< called last; may set `stop`
    std::ostream* out = nullptr;                   ///< where to show progress; std::cout if null
    ProgressStyle style = ProgressStyle::lecture;  ///< how progress looks
    /// A folder that keeps the state of the training, so that it goes on from there where it died.
    Resume resume = {};
    /// Makes something that lives while the model is trained: `.guard = detect_anomaly` finds the
    /// operation that makes the first NaN.
    std::shared_ptr<void> (*guard)() = nullptr;
};

/// How to measure a model.
struct EvaluateOptions {
    Index batch_size = 32;                         ///< samples a step
    int verbose = 0;                               ///< 0 nothing, 1 a bar, 2 one line
    TensorList sample_weight = {};                 ///< as in FitOptions
    Index steps = 0;                               ///< batches; 0: all there are
    std::vector<Callback> callbacks = {};          ///< called in order
    std::ostream* out = nullptr;                   ///< where to show progress; std::cout if null
    ProgressStyle style = ProgressStyle::lecture;  ///< how progress looks
};

/// How to ask a model.
struct PredictOptions {
    Index batch_size = 32;                         ///< samples a step
    int verbose = 0;                               ///< 0 nothing, 1 a bar, 2 one line
    Index steps = 0;                               ///< batches; 0: all there are
    std::vector<Callback> callbacks = {};          ///< called in order
    std::ostream* out = nullptr;                   ///< where to show progress; std::cout if null
    ProgressStyle style = ProgressStyle::lecture;  ///< how progress looks
};

/// What a single step can be given.
struct OnBatchOptions {
    TensorList sample_weight = {};            ///< as in FitOptions
    std::map<int, double> class_weight = {};  ///< as in FitOptions
};

}  // namespace shikumi::nn
