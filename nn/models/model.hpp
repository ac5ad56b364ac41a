// Model: layers that are trained together. Drawn by symbols, or written as a class.
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <typeinfo>
#include <vector>

#include <shikumi/nn/models/functional.hpp>
#include <shikumi/nn/models/summary.hpp>
#include <shikumi/nn/training/trainer.hpp>

namespace shikumi::nn {

/// Layers that are trained together. There are three ways to one:
///   - `Sequential`, a chain;
///   - `Model(inputs, outputs)`, made by applying layers to symbolic tensors;
///   - a class derived from Model whose members are layers and whose `call` uses them; or whose
///     `call_all` does, where there are several inputs or outputs. The layers are found when they
///     are called first; nobody lists them.
/// A model is a layer: it can be applied to symbolic tensors and added to other models. It can be
/// moved, and copied by `clone`.
///
/// Threads: any number of them may call one model, by `predict`, `evaluate`, `fit`, the steps and
/// `operator()`, and each gets the values that it would get alone. Predictions run side by side
/// unless a layer keeps a state; training steps run alone. While a thread changes the layers,
/// compiles the model or sets its weights, no other may use it, nor one that has layers of it.
class Model : public Trainable {
public:
    /// Throws ValueError where an output depends on an input that isn't listed, an input leads to
    /// no output, or one is listed twice.
    Model(const SymbolicTensors& inputs, const SymbolicTensors& outputs, std::string name = {});
    /// A model that runs this graph, under its name.
    explicit Model(Functional functional);
    /// Takes over everything, training included.
    Model(Model&&) noexcept = default;
    /// Takes over everything, training included. Throws ValueError where the other model holds this
    /// one.
    Model& operator=(Model&&) = default;
    ~Model() override;

    Tensor call(const Tensor& x, Mode mode) override;
    void build_all(const std::vector<Spec>& inputs) override;
    std::vector<Tensor> call_all(const std::vector<Tensor>& inputs, Mode mode) override;

    /// Shape and dtype of the first output; the size of the first axis, the batch, means nothing.
    /// Throws StateError before they are known: where neither the first layer was given an input
    /// shape nor the model has seen data. So do all functions down to `set_weights`.
    Spec output();
    const std::vector<Spec>& outputs() override;
    /// The names of the outputs, for losses and metrics: those of the layers that they come from, a
    /// number behind the second of a kind; "output_1", "output_2", … for a class of its own.
    const std::vector<std::string>& output_names() override;
    /// The names of the Inputs; empty where the model isn't made of symbolic tensors.
    std::vector<std::string> input_names() override;
    Trainer* trainer() noexcept override { return &trainer_; }
    bool logs_as_compiled() const override { return functional_ && typeid(*this) == typeid(Model); }
    /// All weights, layer by layer.
    std::vector<Parameter> parameters();
    /// The number of values in all weights.
    Index count_params();
    /// The table of the layers.
    std::string summary(SummaryStyle style = SummaryStyle::classic27);
    /// The table with other columns, widths or rows. Keras 3's shows "?" for a model that isn't
    /// built; the others throw StateError, and all of them ValueError where a column gets no room.
    std::string summary(const SummaryOptions& options);
    /// What the table shows.
    ModelSummary describe();
    /// The values of all weights.
    std::vector<Tensor> get_weights();
    /// Gives all weights new values. Throws ValueError for another number of tensors, ShapeError
    /// and DTypeError where one doesn't fit; no weight has changed then.
    void set_weights(const std::vector<Tensor>& weights);
    /// A model of its own with the same layers and weights, not compiled. Throws StateError where a
    /// layer's class isn't known, since it was added as a pointer to Layer.
    Model clone() const;

    /// Throws StateError for a class of one's own that doesn't override it.
    Config get_config() const override;
    /// The model of symbolic tensors of that configuration, whose layers `make` makes. Throws
    /// ValueError for fields that it can't take, and for calls that don't fit together.
    static Model from_config(ConfigReader& config, LayerMaker make);

    /// Says how to train. An optimiser that another model has been compiled with, or a copy of it,
    /// serves as a pattern: this model gets one of its own with the same options, and no steps
    /// behind it, which `optimizer` returns. Throws ValueError where a loss from logits would get
    /// probabilities, or something is given for an output that the model hasn't.
    void compile(CompileOptions options);
    /// What `compile` was told; null before it.
    const CompileOptions* compiled() const noexcept { return trainer_.compiled(); }
    /// The optimiser, whose learning rate can be changed. Throws StateError before `compile`.
    optim::Optimizer& optimizer();

    /// Trains on samples x (N, …) and targets y (N, …). Where an output has a mask (batch, time),
    /// masked steps count neither in its loss nor in its metrics, as in Keras 3. With several
    /// outputs the logs hold the sum of the weighted losses, "loss", then the loss of each output,
    /// "name_loss", then its metrics, "name_accuracy". Throws StateError before `compile`;
    /// ShapeError where x and y differ in length or don't fit the model; ValueError for no sample,
    /// options outside their range, labels outside the classes, and NaN or infinity in the data or
    /// in the loss, which names epoch and batch; weights, states of layers and the optimiser's
    /// memory are then as before that batch.
    /// A callback, metric or source of batches that throws is named; weights and `history` are then
    /// as after the last whole batch and epoch. SIGINT ends the training after the batch, without
    /// an error; a second one ends the program.
    History fit(const TensorList& x, const TensorList& y, const FitOptions& options = {});
    /// Trains without targets, by a train_step of one's own.
    History fit(const TensorList& x, const FitOptions& options = {});
    /// Trains on batches from a generator or a range. Throws as for arrays, and ValueError where
    /// there is no batch or none is left.
    History fit(BatchSource batches, const FitOptions& options = {});
    /// What the last training has reported, as Keras's `model.history`: also one that ended with an
    /// error, up to its last whole epoch.
    const History& history() const noexcept { return trainer_.history(); }
    /// Loss and metrics of samples, in inference mode. Throws as `fit` does.
    Logs evaluate(const TensorList& x, const TensorList& y, Index batch_size = 32);
    /// Loss and metrics of samples, in inference mode.
    Logs evaluate(const TensorList& x, const TensorList& y, const EvaluateOptions& options);
    /// Loss and metrics of batches from a generator or a range.
    Logs evaluate(BatchSource batches, const EvaluateOptions& options = {});
    /// The output for samples, in inference mode and batch by batch. Throws ShapeError, DTypeError
    /// where they don't fit the model, ValueError unless the batch size is positive.
    Tensor predict(const Tensor& x, Index batch_size = 32);
    /// All outputs for samples of all inputs. Throws as for a single one.
    std::vector<Tensor> predict(const std::vector<Tensor>& x, Index batch_size = 32);
    /// All outputs for samples of all inputs.
    std::vector<Tensor> predict(const TensorList& x, const PredictOptions& options);
    /// All outputs for batches from a generator or a range, whose targets don't matter.
    std::vector<Tensor> predict(BatchSource batches, const PredictOptions& options = {});

    /// One step of training on these samples. Returns loss and metrics of this batch alone, from
    /// before the step. Throws as `fit` does.
    Logs train_on_batch(const TensorList& x, const TensorList& y,
                        const OnBatchOptions& options = {});
    /// Loss and metrics of this batch alone. Throws as `evaluate` does.
    Logs test_on_batch(const TensorList& x, const TensorList& y,
                       const TensorList& sample_weight = {});
    /// The output for all samples at once. Throws as `predict` does.
    Tensor predict_on_batch(const Tensor& x);

    /// One step of `fit`: changes the weights, and returns what is to be shown, means over the
    /// batch. Override it to train in another way; `compile` needs no loss then.
    Logs train_step(const Batch& batch) override;
    /// One step of `evaluate`: returns what is to be shown, means over the batch.
    Logs test_step(const Batch& batch) override;

protected:
    Model() = default;
    /// A class of one's own with a name or dtype.
    explicit Model(const LayerOptions& options) : Trainable(options) {}
    /// A copy for `clone`. The members of a class of one's own are copied by that class; throws
    /// StateError for a model made of symbolic tensors.
    Model(const Model& other);

    /// Shape and dtype of each input, as far as known before there is data; empty: unknown.
    virtual std::vector<Spec> known_inputs() const;
    /// Adds the rows of the layers to a summary, with those of inner models.
    virtual void describe_layers(ModelSummary& summary) const;
    /// Adds what is known of the layers of a model that isn't built.
    virtual void describe_unbuilt(ModelSummary&) const {}
    /// The row of a layer that gives samples of these shapes.
    static LayerSummary describe_layer(const Layer& layer, const std::vector<Shape>& outputs);
    void set_up(const std::vector<Spec>& inputs) override;
    bool named_alone() const noexcept override { return !functional_; }
    /// To be called where the layers have changed: outputs and captured steps are found out anew.
    void layers_changed() noexcept;
    /// Gives the weights of a model of the same class their values there. Throws StateError where
    /// both share a weight.
    void take_weights(const Model& from);

private:
    friend class Functional;
    template <std::derived_from<Model> M>
    friend M clone(const M& model);
    void ensure_known();
    void refuse_probabilities(const CompileOptions& options);

    std::optional<Functional> functional_;  // where it is made of symbolic tensors
    std::vector<Spec> inputs_, outputs_;    // known once it is built
    std::vector<std::string> output_names_;
    bool in_call_ = false;  // of this class, which no other overrides
    Trainer trainer_;
};

/// A model of its own with the same layers and weights, not compiled, of any class of models.
/// Throws StateError where the class holds layers by pointers, so that a copy shares them.
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
