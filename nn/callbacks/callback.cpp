#include <shikumi/nn/callbacks/callback.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/detail/class_name.hpp>

namespace shikumi::nn {

Callback::Callback(std::shared_ptr<Hooks> hooks, std::string name)
    : hooks_(std::move(hooks)), name_(std::move(name)) {
    if (!hooks_) fail<ValueError>("Callback", "got no hooks");
    if (name_.empty()) {
        const Hooks& object = *hooks_;
        name_ = detail::class_name(typeid(object));
    }
}

}  // namespace shikumi::nn
