// Lambda: any function as a layer.
#pragma once

#include <functional>
#include <utility>

#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// f(x), where f is written in operations.
class Lambda final : public Layer {
public:
    /// Takes a function that keeps the batch as the first axis.
    explicit Lambda(std::function<Tensor(const Tensor&)> f, const LayerOptions& options = {})
        : Layer(options), function_(std::move(f)) {}
    Tensor call(const Tensor& x, Mode) override { return function_(x); }
    /// Throws StateError: no file can hold a function of one's own.
    Config get_config() const override;
    /// Throws ValueError: nothing in a file is ever run.
    static Lambda from_config(ConfigReader& config);

private:
    std::function<Tensor(const Tensor&)> function_;
};

}  // namespace shikumi::nn
