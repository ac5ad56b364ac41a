#include <shikumi/optim/muon.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/optim/detail/checks.hpp>
#include <shikumi/optim/detail/formulas.hpp>
#include <shikumi/optim/detail/rule_of.hpp>

namespace shikumi::optim {

namespace {

struct MuonRule final : detail::RuleOf<MuonOptions> {
    explicit MuonRule(const MuonOptions& options) : RuleOf(options) {
        detail::check_decay("Muon", "adam_beta_1", o.adam_beta_1);
        detail::check_decay("Muon", "adam_beta_2", o.adam_beta_2);
        detail::check_decay("Muon", "the momentum", o.momentum);
        detail::check_not_negative("Muon", "adam_weight_decay", o.adam_weight_decay);
        detail::check_not_negative("Muon", "adam_lr_ratio", o.adam_lr_ratio);
        detail::check_not_negative("Muon", "epsilon", o.epsilon);
        detail::check_not_negative("Muon", "rms_rate", o.rms_rate.value_or(0));
        // Each of them becomes part of the graph.
        if (o.ns_steps < 1 || o.ns_steps > 1000)
            fail<ValueError>("Muon", "ns_steps must lie in [1, 1000], got ", o.ns_steps);
    }
    std::string_view name() const noexcept override { return "Muon"; }
    bool by_adam(const Parameter& weight) const {
        const auto contains = [&](std::string_view part) {
            return weight.name().find(part) != std::string::npos;
        };
        return weight.shape().rank() != 2 || (o.exclude_embeddings && contains("embedding")) ||
               std::ranges::any_of(o.exclude_layers, contains);
    }
    std::vector<Slot> slots(const Parameter& weight) const override {
        if (by_adam(weight)) return {{"momentum"}, {"velocity"}};
        return {{"momentum"}};
    }
    double weight_decay(const Parameter& weight, double given) const override {
        return by_adam(weight) ? o.adam_weight_decay : given;
    }
    // The rate, and Adam's.
    std::vector<Tensor> scalars(const Tensor& learning_rate, const Tensor& t,
                                std::span<Tensor>) const override {
        return {learning_rate, learning_rate * o.adam_lr_ratio * sqrt(1 - pow(o.adam_beta_2, t)) /
                                   (1 - pow(o.adam_beta_1, t))};
    }
    Tensor update(const Tensor& w, const Tensor& gradient, std::span<Tensor> slots,
                  std::span<const Tensor> scalars) const override {
        if (slots.size() == 2)
            return detail::updated<detail::updates::Adam>(
                w, gradient, slots, {1 - o.adam_beta_1, 1 - o.adam_beta_2, scalars[1], o.epsilon});
        const Tensor m = slots[0] = gradient + slots[0] * o.momentum;
        const Tensor step = orthogonal(o.nesterov ? gradient + m * o.momentum : m);
        const auto longest = static_cast<double>(std::max(w.shape()[0], w.shape()[1]));
        const double length = o.rms_rate ? *o.rms_rate * std::sqrt(longest) : 1;
        return w - step * (scalars[0] * length);
    }
    // Brings all singular values near 1. The shorter side comes first, which makes A small.
    Tensor orthogonal(const Tensor& matrix) const {
        const bool tall = matrix.shape()[0] > matrix.shape()[1];
        Tensor x = tall ? transpose(matrix) : matrix;
        x = x / (norm(x) + o.epsilon);
        for (Index i = 0; i < o.ns_steps; ++i) {
            const Tensor a = matmul(x, transpose(x));
            x = x * o.muon_a + matmul(a * o.muon_b + matmul(a, a) * o.muon_c, x);
        }
        return tall ? transpose(x) : x;
    }
};

}  // namespace

Muon::Muon(const MuonOptions& options) : Optimizer(detail::optimizer_of<MuonRule>(options)) {}

}  // namespace shikumi::optim
