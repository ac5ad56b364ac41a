#include <shikumi/nn/callbacks/save_frequency.hpp>

#include <shikumi/autograd/core/error.hpp>

namespace shikumi::nn {

SaveFrequency::SaveFrequency(Index batches) : batches_(batches) {
    if (batches <= 0) fail<ValueError>("save_freq", "wants a positive number, got ", batches);
}

bool SaveFrequency::due() noexcept {
    if (each_epoch() || ++since_ < batches_) return false;
    since_ = 0;
    return true;
}

}  // namespace shikumi::nn
