// Layer: what all layers have in common. A new one is a class with `call`, and `build` where it has
// weights.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

/// What a forward pass is for: dropout and the like differ.
enum class Mode { infer, train };

/// What every layer can be given.
struct LayerOptions {
    std::string name = {};   ///< "dense", "dense_1", … where it is empty
    DType dtype = f32;       ///< of the weights; inputs must have it too
    Shape input_shape = {};  ///< of one sample; known from the data where it is absent
};

/// What a weight can be given.
struct WeightOptions {
    bool trainable = true;  ///< false: a state, which the layer itself renews by `add_update`
    Regularizer regularizer = {};
    Constraint constraint = {};
};

/// A weight and what it was given.
struct Weight {
    Parameter parameter;
    WeightOptions options;
};

/// The shape of `count` samples of a shape.
Shape batch_of(Index count, const Shape& sample);
/// The shape of one sample of a batch.
Shape without_batch(const Shape& batch);

/// A piece of a model. Layers that it calls, its members for instance, are its inner layers: their
/// weights are its weights, and nobody has to list them. Copying shares the weights, once there are
/// any.
class Layer {
public:
    virtual ~Layer();

    /// Makes the weights. The first axis of `input` is the batch; its size means nothing.
    virtual void build(const Spec& input);
    /// The output, recorded in operations. The batch stays its first axis.
    virtual Tensor call(const Tensor& x, Mode mode) = 0;
    /// The same two for layers of several inputs or outputs. Layers of one need not override them.
    virtual void build_all(const std::vector<Spec>& inputs);
    virtual std::vector<Tensor> call_all(const std::vector<Tensor>& inputs, Mode mode);
    /// The mask of the output for x and its mask (undefined: none). That of x unless overridden;
    /// one that doesn't fit the first two of the output's three or more axes is dropped.
    virtual Tensor compute_mask(const Tensor& x, const Tensor& mask);
    /// One line for errors: "Dense 64→3".
    virtual std::string config() const { return class_name(); }

    /// Builds the layer if need be and calls it. An error on the way out names the layer. Throws
    /// DTypeError where x hasn't the weights' dtype.
    Tensor operator()(const Tensor& x, Mode mode = Mode::infer);
    std::vector<Tensor> operator()(const std::vector<Tensor>& inputs, Mode mode = Mode::infer);
    /// Builds the layer unless that has been done.
    void ensure_built(const Spec& input) { ensure_built(std::vector{input}); }
    void ensure_built(const std::vector<Spec>& inputs);
    bool built() const noexcept { return state_.built; }

    /// Given, or Keras's "dense", "dense_1", … in the order in which layers are first asked.
    const std::string& name() const;
    /// Names the layer unless it has a name.
    void set_default_name(std::string_view name);
    /// The class without its namespace.
    std::string class_name() const;

    /// Its own in the order in which `build` added them, then those of its inner layers.
    std::vector<Parameter> weights() const;
    std::vector<Weight> described_weights() const;
    /// Those of `weights` that an optimiser may change.
    std::vector<Parameter> trainable_weights() const;
    Index count_params() const;
    /// Layers called by `build` or `call`, in the order in which that happened first.
    std::vector<Layer*> inner_layers() const;
    /// Whether `other` is this layer or a layer inside of it, however deep.
    bool holds(const Layer& other) const;
    bool trainable() const noexcept { return state_.trainable; }
    /// Freezes the weights, inner layers' included, or lets those be trained again that are no
    /// states. A frozen BatchNormalization runs on its moving statistics.
    void set_trainable(bool on);

    DType dtype() const noexcept { return state_.dtype; }
    /// Inner layers that aren't built get it too. Throws StateError once the layer is built,
    /// DTypeError unless it is f32 or f64.
    void set_dtype(DType dtype);
    /// The shape of one sample that the layer was made for; empty where it wasn't given.
    const Shape& input_shape() const noexcept { return state_.input_shape; }
    /// Its place in a model, from 1, for errors.
    void set_position(int position) noexcept { state_.position = position; }

protected:
    Layer() = default;
    explicit Layer(const LayerOptions& options);
    Layer(const Layer& other);
    Layer(Layer&& other) noexcept;
    Layer& operator=(const Layer& other);
    /// Throws ValueError where `other` holds this layer, which would become a part of itself.
    Layer& operator=(Layer&& other);

    /// A weight of the layer's dtype called "layer/name", with the layers around it before that.
    Parameter add_weight(std::string_view name, const Shape& shape, const Initializer& initializer,
                         const WeightOptions& options = {});
    /// Makes a layer an inner one before it is first called. It need not outlive this one.
    void add_layer(Layer& inner);
    /// To be called in `call`: adds a scalar to the loss of training and evaluation.
    void add_loss(const Tensor& loss);
    /// To be called in `call`: gives a state (a weight that isn't trained) its next value, which is
    /// evaluated and stored together with everything else of the step.
    void add_update(const Parameter& state, const Tensor& value);
    /// Throws DTypeError where x isn't of a dtype that the layer takes: that of its weights.
    virtual void check_input(const Tensor& x);
    /// Where the layer's random numbers come from.
    Generator& rng();

private:
    template <class F>
    auto inside(F&& f);
    void collect(std::vector<Weight>& all) const;

    struct State {
        std::string name = {};
        DType dtype = f32;
        bool dtype_is_set = false;
        Shape input_shape = {};
        std::vector<Weight> weights = {};
        std::vector<std::shared_ptr<Layer*>> inner = {};
        std::optional<Generator> rng = {};
        Scope::Known scope = {};
        int position = 0;
        bool built = false, trainable = true;
        bool weighted = false;  // it, or a layer that it calls, has weights
    };
    mutable State state_;
    std::shared_ptr<Layer*> place_;  // where this layer is: follows it when it moves, null at last
};

}  // namespace shikumi::nn
