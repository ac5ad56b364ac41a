// Trainable: what a Trainer trains.
#pragma once

#include <string>
#include <vector>

#include <shikumi/nn/callbacks/logs.hpp>
#include <shikumi/nn/layer.hpp>
#include <shikumi/nn/training/batch.hpp>

namespace shikumi::nn {

class Trainer;

/// A layer that can be trained: it knows and names its outputs once it is built, and has a step of
/// training and one of evaluation.
class Trainable : public Layer {
public:
    /// Shape and dtype of each output; the size of the first axis means nothing. Throws StateError
    /// before they are known.
    virtual const std::vector<Spec>& outputs() = 0;
    /// A name for each input, for x by names; empty where the inputs have none.
    virtual std::vector<std::string> input_names() { return {}; }
    /// A name for each output, for losses, metrics and logs. Throws StateError before the outputs
    /// are known.
    virtual const std::vector<std::string>& output_names() = 0;

    /// Changes the weights by one batch, and returns what is to be shown: means over the batch.
    virtual Logs train_step(const Batch& batch) = 0;
    /// Measures one batch, and returns what is to be shown: means over the batch.
    virtual Logs test_step(const Batch& batch) = 0;

    /// What trains it; null where it has none of its own.
    virtual Trainer* trainer() noexcept { return nullptr; }

    /// Whether its steps log exactly what `compile` says. Then callbacks know before the training
    /// what there will be to monitor.
    virtual bool logs_as_compiled() const { return false; }

protected:
    Trainable() = default;
    /// With a name, a dtype or an input shape.
    explicit Trainable(const LayerOptions& options) : Layer(options) {}
};

}  // namespace shikumi::nn
