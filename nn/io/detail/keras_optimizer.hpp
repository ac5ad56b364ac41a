// An optimiser's memory as Keras's files have it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <shikumi/autograd/graph/parameter.hpp>
#include <shikumi/optim/optimizer.hpp>

namespace shikumi::nn::detail {

/// A variable of Keras's optimisers: the count of steps, the learning rate, then the slots.
struct KerasVariable {
    std::string name;  ///< "iteration", "learning_rate", "dense_kernel_momentum"
    Tensor value;
    Parameter weight = {};  ///< for which it is kept; undefined: for none
};

/// The variables in Keras's order, for these weights; those of weights that have made no step as
/// they begin.
std::vector<KerasVariable> keras_variables(const optim::Optimizer& optimizer,
                                           const std::vector<Parameter>& trained);

/// Gives an optimiser the memory that a file holds in these variables, in the file's order. Names
/// matter for Keras's optimisers of before 2.11, "SGD/dense/kernel/momentum:0", which have another
/// order. A file whose model had made no step may hold only the first two. Gives what was taken
/// otherwise than expected, in words. Throws ValueError where the variables are those of another
/// optimiser or of other weights; nothing has changed then.
std::optional<std::string> take_keras_variables(optim::Optimizer& optimizer,
                                                const std::vector<Parameter>& trained,
                                                const std::vector<KerasVariable>& variables);

}  // namespace shikumi::nn::detail
