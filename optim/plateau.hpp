// ReduceLROnPlateau: a learning rate that falls when a measure no longer improves.
#pragma once

#include <cstdint>

#include <shikumi/optim/optimizer.hpp>

namespace shikumi::optim {

/// Which measures are better.
enum class PlateauMode : std::uint8_t {
    min,  ///< lower ones
    max,  ///< higher ones
};
/// What an improvement is compared with.
enum class ThresholdMode : std::uint8_t {
    rel,  ///< the best measure times the threshold
    abs,  ///< the threshold
};

/// What ReduceLROnPlateau can be given. Defaults are PyTorch's.
struct ReduceLROnPlateauOptions {
    PlateauMode mode = PlateauMode::min;  ///< which measures are better
    double factor = 0.1;                  ///< what the rate is multiplied by; below 1
    Index patience = 10;                  ///< measures without improvement that are put up with
    double threshold = 1e-4;              ///< the smallest improvement that counts
    ThresholdMode threshold_mode = ThresholdMode::rel;  ///< what it is a share of
    Index cooldown = 0;                                 ///< measures after a fall that do not count
    double min_lr = 0;                                  ///< the lowest rate
    double eps = 1e-8;  ///< the rate stays where it would fall by less
};

/// Lowers the rates of an optimiser, as PyTorch's scheduler of this name does. (The callback for
/// `fit` is Keras's.)
class ReduceLROnPlateau {
public:
    /// Throws ValueError for a factor outside [0, 1), and a negative patience, cooldown, threshold,
    /// min_lr or eps; StateError where a schedule sets a rate.
    explicit ReduceLROnPlateau(Optimizer optimizer, const ReduceLROnPlateauOptions& options = {});
    /// Takes the measure of an epoch. NaN is no improvement.
    void step(double measure);
    /// The best measure so far.
    double best() const noexcept { return best_; }

private:
    bool improves(double measure) const noexcept;
    void reduce();

    Optimizer optimizer_;
    ReduceLROnPlateauOptions options_;
    double best_;
    Index bad_ = 0, cooling_ = 0;
};

}  // namespace shikumi::optim
