// Every optimiser that has a name, for look-ups and for files.
#pragma once

#include <string_view>
#include <tuple>

#include <shikumi/optim/adadelta.hpp>
#include <shikumi/optim/adafactor.hpp>
#include <shikumi/optim/adagrad.hpp>
#include <shikumi/optim/adam.hpp>
#include <shikumi/optim/adamax.hpp>
#include <shikumi/optim/asgd.hpp>
#include <shikumi/optim/ftrl.hpp>
#include <shikumi/optim/lamb.hpp>
#include <shikumi/optim/lion.hpp>
#include <shikumi/optim/muon.hpp>
#include <shikumi/optim/nadam.hpp>
#include <shikumi/optim/radam.hpp>
#include <shikumi/optim/rmsprop.hpp>
#include <shikumi/optim/rprop.hpp>
#include <shikumi/optim/schedule_free_adamw.hpp>
#include <shikumi/optim/sgd.hpp>

namespace shikumi::optim::detail {

/// An optimiser, the type of its options, and its names: the class's and the same in small letters.
template <class OwnOptimizer, class OwnOptions>
struct OptimizerEntry {
    using Optimizer = OwnOptimizer;
    using Options = OwnOptions;
    std::string_view name, small = {};
};

/// Keras's, and PyTorch's that Keras doesn't have.
inline constexpr std::tuple all_optimizers{
    OptimizerEntry<Adadelta, AdadeltaOptions>{"Adadelta", "adadelta"},
    OptimizerEntry<Adafactor, AdafactorOptions>{"Adafactor", "adafactor"},
    OptimizerEntry<Adagrad, AdagradOptions>{"Adagrad", "adagrad"},
    OptimizerEntry<Adam, AdamOptions>{"Adam", "adam"},
    OptimizerEntry<AdamW, AdamWOptions>{"AdamW", "adamw"},
    OptimizerEntry<Adamax, AdamaxOptions>{"Adamax", "adamax"},
    OptimizerEntry<ASGD, ASGDOptions>{"ASGD", "asgd"},
    OptimizerEntry<Ftrl, FtrlOptions>{"Ftrl", "ftrl"},
    OptimizerEntry<Lamb, LambOptions>{"Lamb", "lamb"},
    OptimizerEntry<Lion, LionOptions>{"Lion", "lion"},
    OptimizerEntry<Muon, MuonOptions>{"Muon", "muon"},
    OptimizerEntry<Nadam, NadamOptions>{"Nadam", "nadam"},
    OptimizerEntry<RAdam, RAdamOptions>{"RAdam", "radam"},
    OptimizerEntry<RMSprop, RMSpropOptions>{"RMSprop", "rmsprop"},
    OptimizerEntry<Rprop, RpropOptions>{"Rprop", "rprop"},
    OptimizerEntry<ScheduleFreeAdamW, ScheduleFreeAdamWOptions>{"ScheduleFreeAdamW",
                                                                "schedulefreeadamw"},
    OptimizerEntry<SGD, SGDOptions>{"SGD", "sgd"},
};

/// PyTorch's forms of those, which files know by their module.
inline constexpr std::tuple all_torch_forms{
    OptimizerEntry<torch::Adadelta, torch::AdadeltaOptions>{"Adadelta"},
    OptimizerEntry<torch::Adagrad, torch::AdagradOptions>{"Adagrad"},
    OptimizerEntry<torch::Adam, torch::AdamOptions>{"Adam"},
    OptimizerEntry<torch::AdamW, torch::AdamWOptions>{"AdamW"},
    OptimizerEntry<torch::Adamax, torch::AdamaxOptions>{"Adamax"},
    OptimizerEntry<torch::NAdam, torch::NAdamOptions>{"NAdam"},
    OptimizerEntry<torch::RMSprop, torch::RMSpropOptions>{"RMSprop"},
    OptimizerEntry<torch::SGD, torch::SGDOptions>{"SGD"},
    OptimizerEntry<ASGD, ASGDOptions>{"ASGD"},
    OptimizerEntry<RAdam, RAdamOptions>{"RAdam"},
    OptimizerEntry<Rprop, RpropOptions>{"Rprop"},
};

}  // namespace shikumi::optim::detail
