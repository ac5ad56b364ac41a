// Layer: what all layers have in common. A new one is a class with `call`, and `build` where it has
// weights.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <shikumi/autograd/core/shape.hpp>
#include <shikumi/autograd/graph/parameter.hpp>
#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/autograd/memory/random.hpp>
#include <shikumi/nn/initializers.hpp>

namespace shikumi::nn {

/// What a forward pass is for: dropout and the like differ.
enum class Mode { infer, train };

/// What every layer can be given.
struct LayerOptions {
    std::string name = {};   ///< "dense", "dense_1", … where it is empty
    DType dtype = f32;       ///< of the weights; inputs must have it too
    Shape input_shape = {};  ///< of one sample; known from the data where it is absent
};

/// The shape of `count` samples of a shape.
Shape batch_of(Index count, const Shape& sample);

/// A piece of a model. Copying shares the weights, once there are any.
class Layer {
public:
    virtual ~Layer() = default;

    /// Makes the weights. The first axis of `input` is the batch; its size means nothing.
    virtual void build(const Spec& input);
    /// The output, recorded in operations. The batch stays its first axis.
    virtual Tensor call(const Tensor& x, Mode mode) = 0;
    /// One line for errors: "Dense 64→3".
    virtual std::string config() const { return class_name(); }

    /// Builds the layer if need be and calls it. An error on the way out names the layer. Throws
    /// DTypeError where x hasn't the weights' dtype.
    Tensor operator()(const Tensor& x, Mode mode = Mode::infer);
    /// Builds the layer unless that has been done.
    void ensure_built(const Spec& input);
    bool built() const noexcept { return built_; }

    /// Given, or Keras's "dense", "dense_1", … in the order in which layers are first asked.
    const std::string& name() const;
    /// Names the layer unless it has a name.
    void set_default_name(std::string_view name);
    /// The class without its namespace.
    std::string class_name() const;
    /// In the order in which `build` added them.
    const std::vector<Parameter>& weights() const noexcept { return weights_; }
    Index count_params() const;

    DType dtype() const noexcept { return dtype_; }
    /// Throws StateError once the layer is built, DTypeError unless it is f32 or f64.
    void set_dtype(DType dtype);
    /// The shape of one sample that the layer was made for; empty where it wasn't given.
    const Shape& input_shape() const noexcept { return input_shape_; }
    /// Its place in a model, from 1, for errors.
    void set_position(int position) noexcept { position_ = position; }

protected:
    Layer() = default;
    explicit Layer(const LayerOptions& options);
    Layer(const Layer&) = default;
    Layer(Layer&&) = default;
    Layer& operator=(const Layer&) = default;
    Layer& operator=(Layer&&) = default;

    /// A weight of the layer's dtype called "layer/name".
    Parameter add_weight(std::string_view name, const Shape& shape, const Initializer& initializer,
                         bool trainable = true);
    /// Where the layer's random numbers come from.
    Generator& rng();

private:
    template <class F>
    auto inside(F&& f);

    mutable std::string name_;
    DType dtype_ = f32;
    Shape input_shape_;
    std::vector<Parameter> weights_;
    std::optional<Generator> rng_;
    int position_ = 0;
    bool built_ = false;
};

}  // namespace shikumi::nn
