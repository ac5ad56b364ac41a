// Merge layers: several inputs become one output.
#pragma once

#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// What they have in common: two inputs or more of one dtype and batch. Called on one tensor they
/// throw ShapeError.
class Merge : public Layer {
public:
    Tensor call(const Tensor& x, Mode mode) override;
    void build_all(const std::vector<Spec>& inputs) override;
    std::vector<Tensor> call_all(const std::vector<Tensor>& inputs, Mode mode) override;

protected:
    using Layer::Layer;
    Merge() = default;
    virtual Tensor merge(const std::vector<Tensor>& inputs) const = 0;
};

/// a + b + …; the shapes broadcast.
class Add final : public Merge {
public:
    explicit Add(const LayerOptions& options = {}) : Merge(options) {}

private:
    Tensor merge(const std::vector<Tensor>& inputs) const override;
};

/// a − b.
class Subtract final : public Merge {
public:
    explicit Subtract(const LayerOptions& options = {}) : Merge(options) {}

private:
    Tensor merge(const std::vector<Tensor>& inputs) const override;
};

/// a · b · …, element by element.
class Multiply final : public Merge {
public:
    explicit Multiply(const LayerOptions& options = {}) : Merge(options) {}

private:
    Tensor merge(const std::vector<Tensor>& inputs) const override;
};

/// (a + b + …)/n.
class Average final : public Merge {
public:
    explicit Average(const LayerOptions& options = {}) : Merge(options) {}

private:
    Tensor merge(const std::vector<Tensor>& inputs) const override;
};

/// The largest, element by element.
class Maximum final : public Merge {
public:
    explicit Maximum(const LayerOptions& options = {}) : Merge(options) {}

private:
    Tensor merge(const std::vector<Tensor>& inputs) const override;
};

/// One after another along an axis, which may not be the batch.
class Concatenate final : public Merge {
public:
    explicit Concatenate(int axis = -1, const LayerOptions& options = {})
        : Merge(options), axis_(axis) {}
    std::string config() const override;

private:
    Tensor merge(const std::vector<Tensor>& inputs) const override;
    int axis_;
};

struct DotOptions {
    bool normalize = false;  ///< divide both by their lengths first: the cosine
    std::string name = {};
};

/// For each sample, the sum of products over one axis of each: (batch, …) and (batch, …) of up to
/// three axes; (batch, n) and (batch, n) give (batch, 1).
class Dot final : public Merge {
public:
    explicit Dot(int axis, const DotOptions& options = {}) : Dot(axis, axis, options) {}
    Dot(int first_axis, int second_axis, const DotOptions& options = {});
    std::string config() const override;

private:
    Tensor merge(const std::vector<Tensor>& inputs) const override;
    int first_axis_, second_axis_;
    bool normalize_;
};

}  // namespace shikumi::nn
