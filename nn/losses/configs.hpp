// Losses as configurations in Keras's form, and back, for files.
#pragma once

#include <functional>
#include <string>

#include <shikumi/autograd/core/config.hpp>
#include <shikumi/nn/losses/loss.hpp>

namespace shikumi::nn {

/// What a loss was made of: {"module", "class_name", "config", "registered_name"}, where the config
/// has its arguments, its name and its reduction. Throws ValueError, naming it, for a loss of one's
/// own that isn't registered.
Config to_config(const Loss& loss);
/// The loss of such a configuration, or of a name alone, such as "mse". Arguments that are absent
/// have their defaults, and unknown ones are passed over. Throws ValueError for a class that isn't
/// known, with the nearest names, and for arguments that the loss refuses.
Loss loss_from_config(const Config& config);

/// Lets files hold a loss of one's own: `name` is the loss's, and `make` gets the Config that it
/// was given. Throws ValueError for an empty name.
void register_loss(std::string name, std::function<Loss(const Config& config)> make);

}  // namespace shikumi::nn
