#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/graph/parameter.hpp>
#include <shikumi/autograd/graph/sole_recorder.hpp>
#include <shikumi/autograd/graph/trace.hpp>
#include <shikumi/autograd/ops/detail/gradients.hpp>
#include <shikumi/autograd/transform/detail/checks.hpp>
#include <shikumi/autograd/transform/reverse.hpp>

namespace shikumi {

using namespace detail;

void Tensor::backward() const {
    check_scalar("backward", *this);
    if (const Trace* trace = Trace::current()) trace->refuse("backward is called");
    const SoleRecorder sole;  // other threads may add to the same gradients
    const ThreadCache<Reverse> reverse;
    reverse->walk_from({&node_, 1}, [](const Node&) { return false; });
    for (std::uint32_t i = 0; i < reverse->walk.size(); ++i) {
        const ParameterState* state = reverse->walk[i].parameter_state();
        if (state && state->trainable) reverse->want(i);
    }
    reverse->seed(reverse->walk.size() - 1, ones_like(*this));
    reverse->propagate();
    bool any = false;
    for (std::uint32_t i = 0; i < reverse->walk.size(); ++i) {
        if (!reverse->wanted(i) || !reverse->cotangents[i].defined()) continue;
        add_to(reverse->walk[i].parameter_state()->gradient, reverse->cotangents[i]);
        any = true;
    }
    if (!any)
        throw GradientError(
            "[backward] the tensor depends on no trainable parameter's current value: was it "
            "recorded before the parameters changed, or under NoGrad?");
}

}  // namespace shikumi
