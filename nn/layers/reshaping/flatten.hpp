// Flatten.
#pragma once

#include <string>

#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// What Flatten can be given.
struct FlattenOptions {
    std::string name = {};   ///< "flatten", "flatten_1", … where it is empty
    DType dtype = f32;       ///< of no meaning: any dtype passes
    Shape input_shape = {};  ///< of one sample; known from the data where it is empty
    /// Axis 1 holds the channels, which are to run fastest as if they came last, as Keras's
    /// data_format="channels_first".
    bool channels_first = false;
};

/// (batch, …) becomes (batch, features), the last axis running fastest. Any dtype.
class Flatten final : public Layer {
public:
    /// Takes the options of every layer, and where the channels are.
    explicit Flatten(const FlattenOptions& options = {})
        : Layer({.name = options.name, .dtype = options.dtype, .input_shape = options.input_shape}),
          channels_first_(options.channels_first) {}
    Tensor call(const Tensor& x, Mode mode) override;
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static Flatten from_config(ConfigReader& config);

private:
    bool channels_first_;
};

}  // namespace shikumi::nn
