// Callbacks in the order in which they are called.
#pragma once

#include <string_view>
#include <vector>

#include <shikumi/nn/callbacks/callback.hpp>

namespace shikumi::nn::detail {

/// One of the hooks, and its name for errors.
struct Hook {
    void (Hooks::*call)(Run&);
    std::string_view name;
};

inline constexpr Hook train_begin{&Hooks::on_train_begin, "on_train_begin"};
inline constexpr Hook epoch_begin{&Hooks::on_epoch_begin, "on_epoch_begin"};
inline constexpr Hook train_batch_begin{&Hooks::on_train_batch_begin, "on_train_batch_begin"};
inline constexpr Hook train_batch_end{&Hooks::on_train_batch_end, "on_train_batch_end"};
inline constexpr Hook epoch_end{&Hooks::on_epoch_end, "on_epoch_end"};
inline constexpr Hook train_end{&Hooks::on_train_end, "on_train_end"};
inline constexpr Hook test_begin{&Hooks::on_test_begin, "on_test_begin"};
inline constexpr Hook test_batch_begin{&Hooks::on_test_batch_begin, "on_test_batch_begin"};
inline constexpr Hook test_batch_end{&Hooks::on_test_batch_end, "on_test_batch_end"};
inline constexpr Hook test_end{&Hooks::on_test_end, "on_test_end"};
inline constexpr Hook predict_begin{&Hooks::on_predict_begin, "on_predict_begin"};
inline constexpr Hook predict_batch_begin{&Hooks::on_predict_batch_begin, "on_predict_batch_begin"};
inline constexpr Hook predict_batch_end{&Hooks::on_predict_batch_end, "on_predict_batch_end"};
inline constexpr Hook predict_end{&Hooks::on_predict_end, "on_predict_end"};

/// All callbacks of a run.
class CallbackList {
public:
    explicit CallbackList(std::vector<Callback> callbacks) : callbacks_(std::move(callbacks)) {}

    /// Calls a hook of each in order. Errors name callback and hook.
    void operator()(const Hook& hook, Run& run) const;
    /// Visits what they remember, under their names; the second of a name gets a number.
    void visit_state(StateFields& fields) const;
    /// What they add to the logs of an epoch.
    std::vector<std::string> logged() const;
    /// Whether any wants to see a loss that is NaN or infinite.
    bool takes_bad_loss() const noexcept;

private:
    std::vector<Callback> callbacks_;
};

}  // namespace shikumi::nn::detail
