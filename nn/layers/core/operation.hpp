// Operation.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// A function of each element as a layer, as Keras has it in models where tensors are added,
/// compared and so on without a layer: "add", "subtract", "multiply", "divide", "power", "maximum",
/// "minimum", "equal", "not_equal", "greater", "greater_equal", "less", "less_equal",
/// "logical_and", "logical_or", "logical_not", "negative", "absolute", "exp", "log", "sqrt",
/// "square", "relu", "sigmoid" and "tanh". As in Keras, a mask ends here.
class Operation final : public Layer {
public:
    /// The function of that name. An argument is a number, or nothing where a tensor is to be
    /// given. Throws ValueError for another name, with the nearest ones, for another number of
    /// arguments, and where all are numbers.
    explicit Operation(std::string_view function,
                       std::vector<std::optional<double>> arguments = {std::nullopt},
                       const LayerOptions& options = {});
    Tensor call(const Tensor& x, Mode mode) override;
    /// The function of the tensors in the places of the arguments that are nothing; shapes
    /// broadcast, a number has the tensor's dtype. Throws ShapeError for another number of tensors,
    /// and as the function does.
    std::vector<Tensor> call_all(const std::vector<Tensor>& inputs, Mode mode) override;
    void build_all(const std::vector<Spec>& inputs) override;
    std::string label() const override;
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static Operation from_config(ConfigReader& config);

protected:
    void check_input(const Tensor&) override {}

private:
    struct Function;
    static const Function& known(std::string_view name);

    const Function* function_;
    std::vector<std::optional<double>> arguments_;
};

}  // namespace shikumi::nn
