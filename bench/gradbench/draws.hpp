// Data that are the same with every standard library.
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <random>

#include "problem.hpp"

namespace gradbench {

/// Random numbers. The standard fixes what its generators give, not what its distributions do.
class Draws {
public:
    /// Begins a sequence.
    explicit Draws(std::uint64_t seed) : bits_(seed) {}
    /// Evenly between two numbers.
    double uniform(double low, double high) {
        return low + (high - low) * static_cast<double>(bits_() >> 11) * 0x1p-53;
    }
    /// A whole number from 0 to below `count`.
    int below(int count) { return static_cast<int>(uniform(0, count)); }
    /// By the standard normal distribution.
    double normal() {
        const double radius = std::sqrt(-2 * std::log(1 - uniform(0, 1)));
        return radius * std::cos(2 * std::numbers::pi * uniform(0, 1));
    }
    /// `count` times `deviation` times a standard normal number.
    Numbers normals(int count, double deviation = 1) {
        Numbers all(static_cast<std::size_t>(count));
        for (double& each : all) each = deviation * normal();
        return all;
    }

private:
    std::mt19937_64 bits_;
};

}  // namespace gradbench
