// Resume: a training that goes on where it died.
#pragma once

#include <concepts>
#include <optional>
#include <string>

#include <shikumi/nn/callbacks/callback.hpp>
#include <shikumi/nn/callbacks/save_frequency.hpp>

namespace shikumi::nn {

/// How often a training is kept.
struct ResumeOptions {
    SaveFrequency save_freq = {};  ///< after each epoch, and perhaps after each n-th batch
};

/// Where `fit` keeps the state of a training, so that one that was broken off at any moment goes
/// on from there and ends with the same bits, weights and history alike, as if nothing had
/// happened:
///
///     model.fit(x, y, {.epochs = 50, .resume = "runs/digits"});
///
/// A folder belongs to one training: the same model, data, options and callbacks. One that is
/// complete, or was ended early, stays so; with more epochs it is trained on. The state holds
/// weights, the optimiser's memory, random numbers, the order of the samples, what callbacks
/// remember and the history. What else a program draws random numbers for, or keeps, is its own
/// business.
class Resume {
public:
    /// Nothing is kept.
    Resume() = default;
    /// Keeps the state in a folder, which is made if need be; text or a path. Training throws
    /// IoError where it can't be written or read, ValueError where it holds another training.
    template <std::convertible_to<std::string> Folder>
    Resume(const Folder& folder, const ResumeOptions& options = {})
        : Resume(std::string(folder), options, 0) {}

    /// What reads and writes the state, called as the last; absent where nothing is kept.
    const std::optional<Callback>& callback() const noexcept { return callback_; }

private:
    // Defined with the files that it writes: a program that never resumes doesn't link them.
    Resume(std::string folder, const ResumeOptions& options, int);

    std::optional<Callback> callback_;
};

}  // namespace shikumi::nn
