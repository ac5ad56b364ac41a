// Scheduled: a number, or one that changes from update to update.
#pragma once

#include <string_view>
#include <utility>

#include <shikumi/autograd/core/config.hpp>
#include <shikumi/autograd/core/named_function.hpp>
#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::optim {

/// A number as a function of the number of updates made before, both of them f64 scalars. It is
/// written in operations, so that a captured step stays right while the number changes.
using Schedule = NamedFunction<Tensor(const Tensor& iterations)>;

/// A number or a schedule.
class Scheduled {
public:
    /// The same for every update.
    Scheduled(double number = 0) : number_(number) {}
    /// One that changes.
    Scheduled(Schedule schedule) : schedule_(std::move(schedule)) {}
    /// One that changes as any function of the number of updates says.
    template <shikumi::detail::FunctionFor<Scheduled, const Tensor&> F>
    Scheduled(F schedule) : schedule_(std::move(schedule)) {}

    /// Whether it changes by itself.
    bool scheduled() const noexcept { return static_cast<bool>(schedule_); }
    /// The number; 0 where it changes.
    double constant() const noexcept { return number_; }
    /// What changes it; none where it stays the same.
    const Schedule& schedule() const noexcept { return schedule_; }
    /// The number after `iterations` updates.
    Tensor operator()(const Tensor& iterations) const;

private:
    double number_ = 0;
    Schedule schedule_;
};

/// The number, or its schedule as {"module", "class_name", "config", "registered_name"}; see
/// `to_config(const Optimizer&)`.
Config to_config(const Scheduled& scheduled);
/// Reads a number, or a schedule by its class and arguments; unknown ones are passed over. Throws
/// ValueError for a class that isn't known, with the nearest names, and for arguments that the
/// schedule refuses.
void from_config(const Config& config, Scheduled& value, std::string_view reading);

/// The size of steps.
using LearningRate = Scheduled;

}  // namespace shikumi::optim
