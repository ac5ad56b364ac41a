// Model: layers that are trained together. Drawn by symbols, or written as a class.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <iosfwd>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <shikumi/autograd/evaluate/capture/capture.hpp>
#include <shikumi/nn/layer.hpp>
#include <shikumi/nn/models/functional.hpp>
#include <shikumi/nn/models/summary.hpp>
#include <shikumi/nn/symbolic_tensor.hpp>
#include <shikumi/nn/training/compile_options.hpp>
#include <shikumi/nn/training/history.hpp>

namespace shikumi::nn {

/// One tensor, or one for each of a model's inputs or outputs.
class Batches {
public:
    Batches(const Tensor& one) : list_{one} {}
    Batches(std::initializer_list<Tensor> list) : list_(list) {}
    Batches(std::vector<Tensor> list) : list_(std::move(list)) {}
    const std::vector<Tensor>& list() const noexcept { return list_; }

private:
    std::vector<Tensor> list_;
};

/// How to train, in the order of Keras's arguments.
struct FitOptions {
    Index batch_size = 32;
    int epochs = 1;
    int verbose = 1;              ///< 0 nothing, 1 a bar, 2 one line an epoch
    double validation_split = 0;  ///< share of the samples, taken from the end before shuffling
    std::optional<std::pair<Batches, Batches>> validation_data = {};
    bool shuffle = true;
    std::map<int, double> class_weight = {};  ///< factor of a class's losses; 1 where it is absent
    std::optional<std::uint64_t> seed = {};   ///< of the shuffling; the model's own where absent
    std::function<void(EpochLog&)> on_epoch_end = {};  ///< may set `stop`
    std::ostream* out = nullptr;  ///< where to show progress; std::cout where null
};

/// What one step is trained or measured on.
struct Batch {
    std::vector<Tensor> x, y;
    Tensor weights;  ///< of the samples' losses; undefined: 1
    Index size() const { return x.front().shape().front(); }
};

/// Layers that are trained together. There are three ways to one:
///   - `Sequential`, a chain;
///   - `Model(inputs, outputs)`, made by applying layers to symbolic tensors;
///   - a class derived from Model whose members are layers and whose `call` uses them. They are
///     found when they are called first; nobody lists them.
/// A model is a layer: it can be applied to symbolic tensors and added to other models. It can be
/// moved, and copied by `clone`.
class Model : public Layer {
public:
    /// Throws ValueError where an output depends on an input that isn't listed, an input leads to
    /// no output, or one is listed twice.
    Model(const SymbolicTensors& inputs, const SymbolicTensors& outputs, std::string name = {});
    /// A model that runs this graph, under its name.
    explicit Model(Functional functional);
    Model(Model&&) noexcept = default;
    Model& operator=(Model&&) = default;

    Tensor call(const Tensor& x, Mode mode) override;
    void build_all(const std::vector<Spec>& inputs) override;
    std::vector<Tensor> call_all(const std::vector<Tensor>& inputs, Mode mode) override;

    /// The output's shape and dtype for such a batch. Throws StateError before they are known, as
    /// do the next seven.
    Spec output();
    const std::vector<Spec>& outputs();
    /// The outputs' names, for losses and metrics: those of the layers that they come from, a
    /// number behind the second of a kind; "output_1", "output_2", … for a class of its own.
    const std::vector<std::string>& output_names();
    /// Every weight, layer by layer.
    std::vector<Parameter> parameters();
    Index count_params();
    /// The table of the layers.
    std::string summary(SummaryStyle style = SummaryStyle::classic27);
    /// What the table and the picture show.
    ModelSummary describe();
    std::vector<Tensor> get_weights();
    /// Throws ShapeError, DTypeError where one doesn't fit its parameter; nothing is changed then.
    void set_weights(const std::vector<Tensor>& weights);
    /// A model of its own with the same layers and weights, not compiled. Throws StateError where a
    /// layer's class isn't known, since it was added as a pointer to Layer.
    Model clone() const;

    /// Says how to train. Throws ValueError where a loss from logits would get probabilities, or
    /// something is given for an output that the model hasn't.
    void compile(CompileOptions options);
    /// The optimiser, whose learning rate can be changed. Throws StateError before `compile`.
    optim::Optimizer& optimizer();

    /// Trains on samples x (N, …) and targets y (N, …). Where an output has a mask (batch, time),
    /// masked steps count neither in its loss nor in its metrics, as in Keras 3. With several
    /// outputs the logs hold the sum of the weighted losses, "loss", then each output's own,
    /// "name_loss", then its metrics, "name_accuracy". Throws StateError before `compile`;
    /// ShapeError where x and y differ in length or don't fit the model; ValueError for no sample,
    /// options outside their range, labels outside the classes, and NaN or infinity in the data or
    /// in the loss, which names epoch and batch.
    History fit(const Batches& x, const Batches& y, const FitOptions& options = {});
    /// Without targets, for a train_step of one's own.
    History fit(const Batches& x, const FitOptions& options = {});
    /// Loss and metrics of samples, in inference mode.
    Logs evaluate(const Batches& x, const Batches& y, Index batch_size = 32);
    /// The outputs for samples, in inference mode and batch by batch.
    Tensor predict(const Tensor& x, Index batch_size = 32);
    std::vector<Tensor> predict(const std::vector<Tensor>& x, Index batch_size = 32);

    /// One step of `fit`: changes the weights, and says what is to be shown; the mean over the
    /// batch of each. Override it to train in another way; `compile` needs no loss then.
    virtual Logs train_step(const Batch& batch);
    /// One step of `evaluate`.
    virtual Logs test_step(const Batch& batch);

protected:
    Model() = default;
    explicit Model(const LayerOptions& options) : Layer(options) {}
    /// A copy for `clone`. The members of a class of one's own are copied by that class; throws
    /// StateError for a model made of symbolic tensors.
    Model(const Model& other);

    /// Shape and dtype of each input, as far as known before there is data; empty: unknown.
    virtual std::vector<Spec> known_inputs() const;
    /// Adds the rows of the layers to a summary.
    virtual void describe_layers(ModelSummary& summary) const;
    void set_up(const std::vector<Spec>& inputs) override;
    bool named_alone() const noexcept override { return !functional_; }
    /// To be called where the layers have changed: outputs and captured steps are found out anew.
    void layers_changed() {
        set_up_again();
        predicting_.clear();
    }
    void take_weights(const Model& from);

private:
    struct Measured;
    class Loop;
    // What a step measures at an output.
    struct Output {
        const Loss* loss;
        double weight;
        const std::vector<Metric>* metrics;
    };
    Measured measure(const Batch& batch, Mode mode);
    Logs logs_of(const std::vector<Tensor>& values);
    const std::vector<Tensor>& step_inputs(const Batch& batch);
    std::vector<Tensor> measured_values(const Measured& measured);
    void arrange();
    template <std::derived_from<Model> M>
    friend M clone(const M& model);
    void ensure_known();
    std::vector<Tensor> symbolic_outputs();
    void check_outputs(std::string_view caller, const CompileOptions& options);
    CompileOptions& compiled(std::string_view caller);
    Generator& shuffling();

    std::optional<Functional> functional_;
    std::vector<Spec> inputs_, outputs_;  // known once it is built
    std::vector<std::string> output_names_;
    std::optional<CompileOptions> compiled_;
    std::optional<Generator> shuffling_;
    // What `arrange` works out for the steps that follow.
    std::vector<Output> measured_outputs_;
    std::vector<std::string> shown_;
    std::vector<Parameter> trainable_;
    std::vector<Weight> constrained_, regularized_;
    Logs spare_;  // what the last step has shown, to be filled again
    // Steps are recorded once for each shape of batch and replayed; these forget when a step
    // becomes another one.
    CapturedPrograms training_, testing_, predicting_;
    std::vector<Tensor> step_inputs_;
    std::vector<std::size_t> counted_by_;  // as in `Measured`, of what was recorded
};

/// A model of its own with the same layers and weights, not compiled; of any class that is made of
/// layers. Throws StateError where the class holds layers by pointers, so that a copy shares them.
template <std::derived_from<Model> M>
M clone(const M& model) {
    if constexpr (requires {
                      { model.clone() } -> std::same_as<M>;
                  }) {
        return model.clone();
    } else {
        M copy = [&] {
            const CallContext unbuilt(Copies::unbuilt);
            return M(model);
        }();
        copy.take_weights(model);
        return copy;
    }
}

}  // namespace shikumi::nn
