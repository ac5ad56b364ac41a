// capture: a function of tensors that is recorded once and replayed from then on.
#pragma once

#include <initializer_list>
#include <utility>
#include <vector>

#include <shikumi/autograd/evaluate/capture/captured_programs.hpp>
#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi {

/// A captured function, as `capture` returns it: called like the function itself.
template <class F>
class Captured {
public:
    /// `options` hold for everything that `function` evaluates.
    explicit Captured(F function, const EvaluationOptions& options = {})
        : function_(std::move(function)), programs_(options) {}

    /// Calls the function: records it where these arguments are new, else replays it.
    template <class... T>
    auto operator()(const T&... arguments) {
        return programs_.call(function_, arguments...);
    }
    /// Calls a function of a std::vector<Tensor>, whose elements are written in braces.
    auto operator()(std::initializer_list<Tensor> arguments) {
        return programs_.call(function_, std::vector<Tensor>(arguments));
    }

private:
    F function_;
    CapturedPrograms programs_;
};

/// Returns a function that records `f` at its first call and only computes at later ones: no
/// operation is recorded, checked or planned again. TensorFlow calls this `tf.function`; Keras
/// compiles its training step in the same way.
///
///     auto step = capture([&](const Tensor& x, const Tensor& y) {
///         const Tensor loss = mean(nn::mean_squared_error(y, model(x, nn::Mode::train)));
///         loss.backward();
///         optimizer.step(model.parameters());
///         return loss;
///     });
///
/// An argument is a Tensor, or a std::vector, std::array, std::optional, std::pair, std::tuple or
/// plain struct of arguments (see TensorTree); a Parameter is passed as its Tensor. The result is
/// the same or nothing, and may hold numbers, strings and shapes as well, which each replay returns
/// as the recording left them. An undefined Tensor stands for an absent one. `f` is recorded once
/// for each combination of its arguments' types, structures, shapes and dtypes, absent Tensors
/// included; after 32 recordings a new one replaces the oldest.
///
/// Each call reads and assigns parameters and draws new random numbers from their generators, which
/// must outlive `f`. Every other value is frozen as it was at the recording, and so is whatever C++
/// code in `f` decided or printed. Looking at a value in `f` that depends on arguments, parameters
/// or random numbers throws StateError.
///
/// The results are values without a graph: differentiate inside `f`. Under `Eager`, and inside
/// another captured function, `f` is simply called. `options` hold for everything that `f`
/// evaluates.
///
/// Threads: any number of them may call a captured function. Replays run side by side where `f`
/// neither assigns parameters nor draws random numbers, else one after another. While `f` assigns a
/// parameter, no other function may use that.
template <class F>
Captured<F> capture(F f, const EvaluationOptions& options = {}) {
    return Captured<F>(std::move(f), options);
}

}  // namespace shikumi
