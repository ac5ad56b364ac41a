#include <shikumi/nn/shared_layer.hpp>

#include <shikumi/autograd/core/error.hpp>

namespace shikumi::nn {

SharedLayer SharedLayer::clone() const {
    if (!copy)
        fail<StateError>("clone", "'", layer->name(),
                         "' can't be copied: its class has no copies, or it was added as a "
                         "pointer to Layer");
    const CallContext unbuilt(Copies::unbuilt);
    SharedLayer twin(copy(*layer));
    twin.copy = copy;
    return twin;
}

}  // namespace shikumi::nn
