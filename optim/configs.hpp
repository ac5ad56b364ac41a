// Optimisers and schedules as configurations in Keras's form, and back, for files.
#pragma once

#include <functional>
#include <string>

#include <shikumi/autograd/core/config.hpp>
#include <shikumi/optim/lbfgs.hpp>
#include <shikumi/optim/optimizer.hpp>
#include <shikumi/optim/schedules.hpp>

namespace shikumi::optim {

// An object is {"module", "class_name", "config", "registered_name"}, as Keras has it. PyTorch's
// forms are of the module "torch.optim", and their options keep this library's names.

/// What an optimiser was made of: its class and options, its learning rate as it is now or its
/// schedule, its groups, and the weights that don't decay. Its state is `Optimizer::state`. Throws
/// ValueError, naming it, for a rule or a schedule of one's own that isn't registered, and for a
/// group of parameters that are listed without names.
Config to_config(const Optimizer& optimizer);
/// The optimiser of such a configuration, or of a name alone; fields that are absent have their
/// defaults, and unknown ones are passed over. It has made no step: see `Optimizer::restore`.
/// Throws ValueError for a class that isn't known, with the nearest names, and for values that the
/// optimiser refuses.
Optimizer optimizer_from_config(const Config& config);

/// What an L-BFGS was made of.
Config to_config(const LBFGS& lbfgs);
/// The L-BFGS of such a configuration. Throws as `optimizer_from_config` does.
LBFGS lbfgs_from_config(const Config& config);

/// Lets files hold optimisers with a rule of one's own: `name` is what its `name()` says, and
/// `make` gets what its `get_config` gave, together with the learning rate and StepOptions. Throws
/// ValueError for an empty name.
void register_optimizer(std::string name, std::function<Optimizer(const Config& config)> make);
/// Lets files hold a schedule of one's own: `name` is that of the Schedule, and `make` gets the
/// Config that it was given. Throws ValueError for an empty name.
void register_schedule(std::string name, std::function<Schedule(const Config& config)> make);

}  // namespace shikumi::optim
