// ActiveLayer: an entry in the stack of the layers that are being built or called on a thread.
#pragma once

#include <string>
#include <utility>

#include <shikumi/nn/call_context.hpp>
#include <shikumi/nn/layer.hpp>

namespace shikumi::nn::detail {

/// A layer that is being built or called, as long as this object lives. There is a context then.
class ActiveLayer {
public:
    explicit ActiveLayer(Layer& layer)
        : context_(*CallContext::current()),
          layer_(layer),
          caller_(std::exchange(context_.active_layer_, this)) {}
    ~ActiveLayer() { context_.active_layer_ = caller_; }
    ActiveLayer(const ActiveLayer&) = delete;
    ActiveLayer& operator=(const ActiveLayer&) = delete;

    /// The innermost one on this thread; null outside of layers.
    static ActiveLayer* current() noexcept {
        const CallContext* context = CallContext::current();
        return context ? context->active_layer() : nullptr;
    }
    Layer& layer() const noexcept { return layer_; }
    /// The layer whose `build` or `call` called this one; null where none did.
    ActiveLayer* caller() const noexcept { return caller_; }
    /// The names on the way here: "bidirectional/forward_lstm/".
    std::string path() const {
        return (caller_ ? caller_->path() : std::string()) + layer_.name() + '/';
    }
    /// Notes that a layer with weights has ended although this one has called it.
    void note_discarded(std::string name) { discarded_ = std::move(name); }
    /// Throws StateError where one has: what it had learnt would be gone, and nobody would notice.
    void check_discarded() const;

private:
    CallContext& context_;
    Layer& layer_;
    ActiveLayer* caller_;
    std::string discarded_ = {};
};

}  // namespace shikumi::nn::detail
