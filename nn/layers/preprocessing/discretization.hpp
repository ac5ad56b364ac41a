// Discretization.
#pragma once

#include <string>
#include <vector>

#include <shikumi/nn/layer.hpp>
#include <shikumi/nn/layers/preprocessing/output_mode.hpp>

namespace shikumi::nn {

/// What Discretization can be given: boundaries, or a number of bins whose boundaries come from
/// data.
struct DiscretizationOptions {
    std::vector<double> bin_boundaries = {};     ///< rising; where they are known beforehand
    Index num_bins = 0;                          ///< bins that `adapt` is to make
    OutputMode output_mode = OutputMode::index;  ///< anything but tf_idf
    std::string name = {};  ///< "discretization", "discretization_1", … where it is empty
    DType dtype = f32;      ///< of vectors that come out: f32 or f64
};

/// The bin in which each number lies: how many boundaries don't exceed it. NaN lies in the last
/// one. Numbers are f32 or f64, of any shape; bins are i64, or vectors as the output mode says. A
/// constant to differentiation.
class Discretization final : public Layer {
public:
    /// Throws ValueError unless there are either boundaries, which rise, or a number of bins, and
    /// for the mode tf_idf.
    explicit Discretization(const DiscretizationOptions& options);
    /// Takes boundaries from data of any shape, so that all bins hold about as many numbers of it:
    /// the quantiles k/num_bins, where the i-th of n numbers in rising order stands for i/n. Throws
    /// ValueError where there is no data or NaN in it, StateError where boundaries were given and
    /// once the layer has been called.
    void adapt(const Tensor& data);
    /// Between the bins; empty before `adapt`.
    const std::vector<double>& bin_boundaries() const noexcept { return boundaries_; }
    /// Throws StateError before `adapt`, unless boundaries were given.
    Tensor call(const Tensor& x, Mode mode) override;
    std::string label() const override;
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static Discretization from_config(ConfigReader& config);

private:
    void check_boundaries() const;

    Index bins_;
    OutputMode output_mode_;
    std::vector<double> boundaries_;
    bool adapts_;
};

}  // namespace shikumi::nn
