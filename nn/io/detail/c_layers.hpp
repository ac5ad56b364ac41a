// Layers as C: which functions their calls become.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <shikumi/autograd/core/config.hpp>
#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/io/detail/c_program.hpp>
#include <shikumi/nn/models/model.hpp>

namespace shikumi::nn::detail {

/// A call of a layer that is to be written.
struct CCall {
    Layer& layer;
    CProgram& program;
    std::vector<CArray> inputs;
    CArray output;   // memory for what it gives
    Config options;  // of the layer, by Keras's names

    /// The first input.
    const CArray& input() const { return inputs.front(); }
    /// An option of the layer; as it begins where that is nothing.
    template <class T>
    T option(std::string_view name) const {
        T value{};
        if (const Config* const found = options.find(name); found && !found->is_null())
            from_config(*found, value, layer.class_name());
        return value;
    }
    /// An option that is one number, or one for each of `axes` axes.
    std::vector<Index> per_axis(std::string_view name, std::size_t axes) const;
    /// The name of the array of a weight of the layer, "kernel"; "0" where the layer hasn't it.
    std::string weight(std::string_view name) const;
    /// The values of a weight of the layer; nothing where the layer hasn't it.
    std::vector<float> values(std::string_view name) const;
    /// A number as C has it.
    std::string number(double value) const { return c_number(value, layer.name()); }
    /// Throws ValueError, naming the layer.
    template <class... Parts>
    [[noreturn]] void refuse(const Parts&... parts) const {
        fail<ValueError>(sentence(layer.class_name(), " '", layer.name(), "'"),
                         "can't be written as C: ", parts...);
    }
};

/// A class of layers.
struct CLayer {
    std::string_view class_name;
    void (*write)(const CCall& call);  ///< null: the output is the input, perhaps of another shape
    bool (*passes)(const CCall& call) = nullptr;  ///< whether it is so for this call
};

/// An axis of a batch as one of a sample.
int sample_axis(Index axis, const Shape& sample);
/// How many places stand before the first one of an axis for windows of `size`, `dilation` apart:
/// half of what is missing for padding "same", all of it for "causal".
Index padding_before(const std::string& padding, Index in, Index out, Index size, Index stride,
                     Index dilation = 1);

// The classes, by families.
std::span<const CLayer> c_core_layers();
std::span<const CLayer> c_activation_layers();
std::span<const CLayer> c_convolutions();
std::span<const CLayer> c_poolings();
std::span<const CLayer> c_normalizations();
std::span<const CLayer> c_recurrences();
std::span<const CLayer> c_shaping_layers();
std::span<const CLayer> c_merging_layers();

/// Writes an activation by its name in files, over the last axis where it is one of rows. In place
/// where both arrays are the same.
void write_activation(const CCall& call, const std::string& name, const CArray& x, const CArray& y);
/// The name of the C function of one number that an activation is, "sigmoid". Throws ValueError,
/// naming the layer, for one of rows.
std::string scalar_activation(const CCall& call, const std::string& name);

/// Writes the call of a layer, or of a model, and gives what comes out. Throws ValueError, naming
/// the layer, for what can't be written.
std::vector<CArray> write_c(CProgram& program, Layer& layer, const std::vector<CArray>& inputs);

}  // namespace shikumi::nn::detail
