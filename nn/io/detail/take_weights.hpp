// Giving weights the values of their names.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/io/state_dict.hpp>

namespace shikumi::nn::detail {

/// A tensor that is known and perhaps not read yet.
struct OfferedTensor {
    std::string name;
    Spec spec;
    std::function<Tensor()> read;
};

/// What `take_weights` found: what may be reported, and the error where `strict` wants more.
struct TakenWeights {
    WeightsReport report;
    bool done = false;  ///< whether the weights were changed
};

/// Finds the weight of each tensor, reads those that fit and gives the weights their values at the
/// end. Nothing is read or changed where `strict` wants more.
TakenWeights take_weights(Model& model, const std::vector<OfferedTensor>& offered,
                          const TakeOptions& options);

}  // namespace shikumi::nn::detail
