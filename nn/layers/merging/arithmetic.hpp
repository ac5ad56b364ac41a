// Add, Subtract, Multiply, Average, Maximum and Minimum.
#pragma once

#include <vector>

#include <shikumi/nn/layers/merging/merge.hpp>

namespace shikumi::nn {

/// a + b + …; the shapes broadcast.
class Add final : public Merge {
public:
    /// Takes the options of every layer.
    explicit Add(const LayerOptions& options = {}) : Merge(options) {}
    Config get_config() const override { return Config::Object{}; }
    /// The layer, which has no fields of its own.
    static Add from_config(ConfigReader&) { return Add(); }

private:
    Tensor merge(const std::vector<Tensor>& inputs) const override;
};

/// a − b of two inputs; the shapes broadcast.
class Subtract final : public Merge {
public:
    /// Takes the options of every layer.
    explicit Subtract(const LayerOptions& options = {}) : Merge(options) {}
    Config get_config() const override { return Config::Object{}; }
    /// The layer, which has no fields of its own.
    static Subtract from_config(ConfigReader&) { return Subtract(); }

private:
    Tensor merge(const std::vector<Tensor>& inputs) const override;
};

/// a · b · …, element by element; the shapes broadcast. Where a mask hides an input, its factor is
/// 1; where all are hidden, the product is 0.
class Multiply final : public Merge {
public:
    /// Takes the options of every layer.
    explicit Multiply(const LayerOptions& options = {}) : Merge(options) {}
    Config get_config() const override { return Config::Object{}; }
    /// The layer, which has no fields of its own.
    static Multiply from_config(ConfigReader&) { return Multiply(); }

private:
    Tensor merge(const std::vector<Tensor>& inputs) const override;
};

/// (a + b + …)/n of n inputs; the shapes broadcast.
class Average final : public Merge {
public:
    /// Takes the options of every layer.
    explicit Average(const LayerOptions& options = {}) : Merge(options) {}
    Config get_config() const override { return Config::Object{}; }
    /// The layer, which has no fields of its own.
    static Average from_config(ConfigReader&) { return Average(); }

private:
    Tensor merge(const std::vector<Tensor>& inputs) const override;
};

/// The largest or the smallest of a, b, …, element by element; the shapes broadcast. Inputs that a
/// mask hides don't count, where any is shown. Of equal elements, the first gets the gradient.
class Extremum : public Merge {
protected:
    /// The largest, or else the smallest.
    Extremum(bool largest, const LayerOptions& options) : Merge(options), largest_(largest) {}

private:
    Tensor merge(const std::vector<Tensor>& inputs) const override;

    bool largest_;
};

/// The largest of a, b, …, element by element.
class Maximum final : public Extremum {
public:
    /// Takes the options of every layer.
    explicit Maximum(const LayerOptions& options = {}) : Extremum(true, options) {}
    Config get_config() const override { return Config::Object{}; }
    /// The layer, which has no fields of its own.
    static Maximum from_config(ConfigReader&) { return Maximum(); }
};

/// The smallest of a, b, …, element by element.
class Minimum final : public Extremum {
public:
    /// Takes the options of every layer.
    explicit Minimum(const LayerOptions& options = {}) : Extremum(false, options) {}
    Config get_config() const override { return Config::Object{}; }
    /// The layer, which has no fields of its own.
    static Minimum from_config(ConfigReader&) { return Minimum(); }
};

}  // namespace shikumi::nn
