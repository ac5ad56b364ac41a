// The operations of the cases, by the names they have there. Each file of cases has its own list.
#pragma once

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/autograd/ops/arguments.hpp>

namespace shikumi::derivatives {

using nlohmann::json;
/// The inputs of an operation, its outputs, their cotangents or tangents.
using Tensors = std::vector<Tensor>;

/// An operation: a function of its inputs and of the options of a case. It gives a tensor or a list
/// of them.
class Operation {
public:
    /// A function that gives a Tensor or a list of them. One that decides by its inputs' values
    /// `looks`: it can't be captured.
    template <class F>
    requires std::is_invocable_v<F, const Tensors&, const json&> Operation(F f, bool looks = false)
        : looks_(looks) {
        if constexpr (std::is_same_v<std::invoke_result_t<F, const Tensors&, const json&>, Tensor>)
            call_ = [f](const Tensors& in, const json& options) { return Tensors{f(in, options)}; };
        else
            call_ = f;
    }

    /// The outputs.
    Tensors operator()(const Tensors& in, const json& options) const { return call_(in, options); }
    /// Whether it decides by the values of these inputs: some operations do so by masks alone.
    bool looks(const Tensors& in) const {
        const auto is_mask = [](const Tensor& t) { return t.dtype() == bool_; };
        return looks_ || (at_masks_ && std::any_of(in.begin(), in.end(), is_mask));
    }
    /// The same operation, which decides by the values of its masks.
    Operation looking_at_masks() const {
        Operation other = *this;
        other.at_masks_ = true;
        return other;
    }

private:
    std::function<Tensors(const Tensors&, const json&)> call_;
    bool looks_, at_masks_ = false;
};

/// A static object of this type adds operations to those that cases can name.
struct Operations {
    explicit Operations(std::initializer_list<std::pair<const char*, Operation>> operations);
};

/// The operation of this name. Throws std::runtime_error, saying so, where there is none.
const Operation& find_operation(const std::string& name);

/// The sizes, axes or positions of an option: a number or a list of them.
std::vector<Index> indices(const json& option);
/// The axes of a reduction: "axes", or all of them.
Axes axes(const json& options);

}  // namespace shikumi::derivatives
