// Files that are written while a training goes on.
#pragma once

#include <functional>

#include <shikumi/nn/callbacks/run.hpp>

namespace shikumi::nn::detail {

/// Has a thread beside the training call `write`, after all that was given before it, and waits
/// where more than one file is to be written already. A disk takes milliseconds to say that a file
/// lies on it, in which an epoch can begin. `write` must not evaluate tensors. Without a training
/// it is called at once.
///
/// Throws what an earlier one has thrown: what was given after that isn't written, so that files
/// are as if each had been waited for. The training waits for all files before `on_train_end` and
/// in its end, whatever ends it, and throws for those before it.
void write_beside(const Run& run, std::function<void()> write);

}  // namespace shikumi::nn::detail
