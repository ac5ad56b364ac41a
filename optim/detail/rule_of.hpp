// Rules that keep the options of their optimisers.
#pragma once

#include <memory>

#include <shikumi/optim/optimizer.hpp>

namespace shikumi::optim::detail {

/// A rule of the library, which files know by the type of its options.
template <class Options>
struct RuleOf : Rule {
    explicit RuleOf(const Options& options) : o(options) {}

    Options o;
};

/// What an optimiser of the library is made of.
template <class OwnRule, class Options>
Optimizer optimizer_of(const Options& options) {
    return {std::make_shared<OwnRule>(options), options.learning_rate, StepOptions::of(options)};
}

}  // namespace shikumi::optim::detail
