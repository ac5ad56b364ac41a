#include <shikumi/optim/sgd.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::optim {

namespace {

struct SgdRule final : Rule {
    explicit SgdRule(const SGDOptions& o) : momentum(o.momentum), nesterov(o.nesterov) {
        if (!(momentum >= 0 && momentum <= 1))
            fail<ValueError>("SGD", "the momentum must lie in [0, 1], got ", momentum);
        if (nesterov && momentum == 0)
            fail<ValueError>("SGD",
                             "nesterov needs a momentum, e.g. {.momentum = 0.9, .nesterov = true}");
    }
    std::string_view name() const noexcept override { return "SGD"; }
    std::vector<Slot> slots() const override {
        if (momentum == 0) return {};
        return {{"momentum"}};
    }
    Tensor update(const Tensor& w, const Tensor& gradient, std::span<Tensor> slots,
                  std::span<const Tensor> scalars) const override {
        const Tensor step = scalars[0] * gradient;
        if (momentum == 0) return w - step;
        const Tensor v = slots[0] = slots[0] * momentum - step;
        return nesterov ? w + v * momentum - step : w + v;
    }

    bool keeps_idle_weights() const noexcept override { return momentum == 0; }

    double momentum;
    bool nesterov;
};

}  // namespace

SGD::SGD(const SGDOptions& options)
    : Optimizer(std::make_shared<SgdRule>(options), options.learning_rate,
                Preparation::of(options)) {}

}  // namespace shikumi::optim
