#include <shikumi/nn/training/fit_options.hpp>

#include <algorithm>

#include <shikumi/autograd/core/error.hpp>

namespace shikumi::nn {

bool ValidationFrequency::holds(int epoch) const noexcept {
    if (every_ > 0) return (epoch + 1) % every_ == 0;
    return std::find(epochs_.begin(), epochs_.end(), epoch + 1) != epochs_.end();
}

void ValidationFrequency::want_positive() const {
    const bool listed = every_ == 0 && !epochs_.empty();
    if (!listed && every_ < 1)
        fail<ValueError>("fit", "validation_freq must be positive, got ", every_);
    for (const int epoch : epochs_) {
        if (epoch < 1) fail<ValueError>("fit", "validation_freq counts epochs from 1, got ", epoch);
    }
}

}  // namespace shikumi::nn
