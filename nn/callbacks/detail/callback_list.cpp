#include <shikumi/nn/callbacks/detail/callback_list.hpp>

#include <algorithm>
#include <map>
#include <string>

#include <shikumi/autograd/core/blame.hpp>

namespace shikumi::nn::detail {

void CallbackList::operator()(const Hook& hook, Run& run) const {
    for (const Callback& callback : callbacks_) {
        shikumi::detail::blaming(
            "fit",
            [&] { return sentence("in callback '", callback.name(), "' (", hook.name, ")"); },
            [&] { (callback.hooks().*hook.call)(run); });
    }
}

void CallbackList::visit_state(StateFields& fields) const {
    std::map<std::string, int> used;
    for (const Callback& callback : callbacks_) {
        std::string name = callback.name();
        if (const int before = used[callback.name()]++; before > 0)
            name += "_" + std::to_string(before);
        shikumi::detail::blaming(
            "fit", [&] { return sentence("in callback '", callback.name(), "' (visit_state)"); },
            [&] {
                fields.group(name, [&](StateFields& own) { callback.hooks().visit_state(own); });
            });
    }
}

std::vector<std::string> CallbackList::logged() const {
    std::vector<std::string> all;
    for (const Callback& callback : callbacks_) {
        for (std::string& name : callback.hooks().logged()) all.push_back(std::move(name));
    }
    return all;
}

bool CallbackList::takes_bad_loss() const noexcept {
    return std::any_of(callbacks_.begin(), callbacks_.end(),
                       [](const Callback& callback) { return callback.hooks().takes_bad_loss(); });
}

}  // namespace shikumi::nn::detail
