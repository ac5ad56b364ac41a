// Layer: what all layers have in common. A new one is a class with `call`, and `build` where it has
// weights.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <shikumi/autograd/core/config.hpp>
#include <shikumi/autograd/core/shape.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/graph/parameter.hpp>
#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/autograd/memory/random.hpp>
#include <shikumi/nn/call_context.hpp>
#include <shikumi/nn/functions/constraints.hpp>
#include <shikumi/nn/functions/initializers.hpp>
#include <shikumi/nn/functions/regularizers.hpp>

namespace shikumi::nn {

class StateFields;

/// What a forward pass is for. Layers such as Dropout behave differently in training.
enum class Mode { infer, train };

/// What every layer can be given.
struct LayerOptions {
    std::string name = {};   ///< "dense", "dense_1", … where it is empty
    DType dtype = f32;       ///< of the weights; inputs must have it too
    Shape input_shape = {};  ///< of one sample; taken from the data where it is empty
};

/// What a weight can be given.
struct WeightOptions {
    bool trainable = true;  ///< false: a state, which the layer itself renews by `add_update`
    Regularizer regularizer = {};  ///< a penalty on its values, part of the loss
    Constraint constraint = {};    ///< applied to its values after each step of an optimiser
};

/// A weight and what it was given.
struct Weight {
    Parameter parameter;    ///< the value, shared with the layer
    WeightOptions options;  ///< how it is trained
};

/// The shape of a batch of `count` samples of a shape.
Shape batch_of(Index count, const Shape& sample);
/// The shape of one sample of a batch.
Shape without_batch(const Shape& batch);
/// The shape and dtype of each tensor.
std::vector<Spec> specs_of(const std::vector<Tensor>& tensors);

/// A piece of a model. The layers that it calls, its members for instance, are its inner layers:
/// their weights belong to its weights, and nobody has to list them. A copy of a built layer shares
/// the weights.
class Layer {
public:
    virtual ~Layer();

    /// Makes the weights. The first axis of `input` is the batch; its size means nothing.
    virtual void build(const Spec& input);
    /// The output, recorded in operations. The batch stays its first axis.
    virtual Tensor call(const Tensor& x, Mode mode) = 0;
    /// Makes the weights of a layer of several inputs. Unless overridden, it takes one input and
    /// passes it to `build`.
    virtual void build_all(const std::vector<Spec>& inputs);
    /// The outputs of a layer of several inputs or outputs. Unless overridden, it takes one input
    /// and passes it to `call`.
    virtual std::vector<Tensor> call_all(const std::vector<Tensor>& inputs, Mode mode);
    /// Whether the output's first axes mean what the input's mean, so that its mask is theirs. As
    /// in Keras, a layer that doesn't say so ends the mask.
    virtual bool supports_masking() const { return false; }
    /// The mask of the output for x and its mask (undefined: none): that of x where the layer
    /// `supports_masking`, else none, unless overridden. It is dropped where it isn't of the
    /// output's first axes, and where the output has a mask already, from a layer inside.
    virtual Tensor compute_mask(const Tensor& x, const Tensor& mask);
    /// The masks of the outputs of a layer of several inputs or outputs, in order; the others have
    /// none. Unless overridden, that of the first output by `compute_mask` of the first input.
    virtual std::vector<Tensor> compute_mask_all(const std::vector<Tensor>& inputs,
                                                 const std::vector<Tensor>& masks);
    /// One line for errors: "Dense 64→3".
    virtual std::string label() const { return class_name(); }
    /// What it was made of, by Keras's names, so that a file can hold it; without what all layers
    /// have, such as the name: see `to_config`. Throws StateError unless the class overrides it.
    virtual Config get_config() const;

    /// Visits what it keeps from one call to the next besides its weights, for files that hold a
    /// training: its random numbers. A class that keeps more overrides it, visits that, too, and
    /// calls this. Its inner layers are visited for themselves.
    virtual void visit_state(StateFields& fields);

    /// The output for a batch: builds the layer if need be and calls it. Inside another layer's
    /// `build` or `call`, the layer becomes an inner layer of that one. Errors name the layer.
    /// Throws DTypeError where x hasn't the weights' dtype.
    Tensor operator()(const Tensor& x, Mode mode = Mode::infer);
    /// The outputs for a batch, of a layer of several inputs or outputs.
    std::vector<Tensor> operator()(const std::vector<Tensor>& inputs, Mode mode = Mode::infer);
    /// Builds the layer unless that has been done. The size of the first axis means nothing.
    void ensure_built(const Spec& input);
    /// Builds a layer of several inputs unless that has been done.
    void ensure_built(const std::vector<Spec>& inputs);
    /// Whether the layer is ready to be called.
    bool built() const noexcept { return state_.built; }

    /// The name that was given, or Keras's "dense", "dense_1", … in the order in which layers are
    /// first asked.
    const std::string& name() const;
    /// Names the layer unless it has a name.
    void set_default_name(std::string_view name);
    /// The class without its namespace.
    std::string class_name() const;

    /// All weights: its own in the order in which `build` added them, then those of its inner
    /// layers.
    std::vector<Parameter> weights() const;
    /// All weights with what they were given.
    std::vector<Weight> described_weights() const;
    /// Those of `weights` that an optimiser may change.
    std::vector<Parameter> trainable_weights() const;
    /// The number of values in all weights.
    Index count_params() const;
    /// Layers called by `build` or `call`, in the order of their first calls.
    std::vector<Layer*> inner_layers() const;
    /// Whether `other` is this layer or a layer inside of it, however deep.
    bool holds(const Layer& other) const;
    /// Whether the weights may be trained.
    bool trainable() const noexcept { return state_.trainable; }
    /// Freezes all weights, or lets those be trained again that are no states. A frozen
    /// BatchNormalization runs on its moving statistics.
    void set_trainable(bool on);

    /// The dtype of the weights.
    DType dtype() const noexcept { return state_.dtype; }
    /// Changes the dtype of a layer that isn't built, and of its inner layers that aren't. Throws
    /// StateError once the layer is built, DTypeError unless the dtype is f32 or f64.
    void set_dtype(DType dtype);
    /// The shape of one sample that the layer was made for; empty where it wasn't given.
    const Shape& input_shape() const noexcept { return state_.input_shape; }
    /// Says which samples the layer is for.
    void set_input_shape(const Shape& sample) noexcept { state_.input_shape = sample; }
    /// The inputs that it was built for, of which the sizes of the first axes mean nothing; empty
    /// before that.
    const std::vector<Spec>& built_for() const noexcept { return state_.inputs; }
    /// Sets the layer's place in a model, from 1, which errors mention.
    void set_position(int position) noexcept { state_.position = position; }

protected:
    Layer() = default;
    /// Throws DTypeError unless the dtype is f32 or f64.
    explicit Layer(const LayerOptions& options);
    /// Shares the weights, unless the current context makes unbuilt copies. The inner layers are
    /// found anew.
    Layer(const Layer& other);
    /// Takes over weights and inner layers, and the place among the inner layers of others.
    Layer(Layer&& other) noexcept;
    /// Shares the weights. The inner layers are found anew.
    Layer& operator=(const Layer& other);
    /// Throws ValueError where `other` holds this layer, which would become a part of itself.
    Layer& operator=(Layer&& other);

    /// A new weight of the layer's dtype called "layer/name", with the layers around it before
    /// that. To be called in `build`. Throws ShapeError where the initializer gives another shape
    /// or dtype.
    Parameter add_weight(std::string_view name, const Shape& shape, const Initializer& initializer,
                         const WeightOptions& options = {});
    /// Makes a layer an inner one before it is first called. It need not outlive this one.
    void add_layer(Layer& inner);
    /// Adds a scalar to the loss of training and evaluation. To be called in `call`. Throws
    /// ShapeError for anything but a scalar.
    void add_loss(const Tensor& loss);
    /// Adds a penalty on an output to the loss, divided by the number of samples as Keras 2
    /// and 3.15 do (some versions between them don't). Nothing where the regularizer is empty.
    void add_activity_loss(const Regularizer& penalty, const Tensor& output);
    /// Gives a state (a weight that isn't trained) its next value, which is evaluated and stored
    /// together with everything else of the step. To be called in `call`. Throws ShapeError where
    /// shape or dtype differ.
    void add_update(const Parameter& state, const Tensor& value);
    /// What a state is by now: the next value that an earlier call of this pass has given it, or
    /// its own. To be called in `call`, in the place of `state.value()`.
    static Tensor value_of(const Parameter& state);
    /// Throws ShapeError for an empty list of inputs, and of their specs.
    void check_given(std::size_t inputs) const;
    /// Throws DTypeError where x isn't of a dtype that the layer takes: that of its weights.
    virtual void check_input(const Tensor& x);
    /// Where the layer's random numbers come from.
    Generator& rng();

    /// Does what precedes the first call: makes the weights. A model also calls itself once, to
    /// know its outputs.
    virtual void set_up(const std::vector<Spec>& inputs);
    /// Lets `set_up` run again before the next call, since what it has found out has changed.
    void set_up_again() noexcept { state_.built = false; }
    /// Whether names of weights and errors mention the layer where no other layer calls it. False
    /// for models that only pass tensors on from layer to layer.
    virtual bool named_alone() const noexcept { return true; }
    /// Checks the inputs and runs `call_all` as a layer under way: the layers that it calls become
    /// its inner layers, and errors name it. There is a context.
    std::vector<Tensor> call_inside(const std::vector<Tensor>& inputs, Mode mode);

private:
    template <class F>
    auto inside(F&& f);
    bool join_caller();
    void hand_on_masks(const std::vector<Tensor>& inputs, const std::vector<Tensor>& outputs);
    void set_up_for(const std::vector<Spec>& inputs);
    void collect(std::vector<Weight>& all) const;

    struct State {
        std::string name = {};
        DType dtype = f32;
        bool dtype_is_set = false;
        Shape input_shape = {};
        std::vector<Spec> inputs = {};  // that it was built for
        std::vector<Weight> weights = {};
        std::vector<std::shared_ptr<Layer*>> inner = {};
        std::optional<Generator> rng = {};
        Scope::Known scope = {};
        int position = 0;
        bool weights_made = false, built = false;  // by `build_all`; by `set_up`, which follows
        bool trainable = true;
        bool weighted = false;  // it, or a layer that it calls, has weights
    };
    mutable State state_;
    std::shared_ptr<Layer*> place_;  // where this layer is: follows it when it moves, null at last
};

/// The layer as Keras 3 writes it: {"module", "class_name", "config", "registered_name"}, where the
/// config is `get_config` with name, dtype and `trainable`, and, once it is built, "build_config"
/// with the shapes of its inputs. A class of one's own has no module. Throws the errors
/// of `get_config`, which name the layer then.
Config to_config(const Layer& layer);

}  // namespace shikumi::nn
