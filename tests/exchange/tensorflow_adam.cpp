#include "tensorflow_adam.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

#include <shikumi/autograd/ops/detail/rows.hpp>
#include <shikumi/shikumi.hpp>

#include "arrays.hpp"

namespace shikumi::exchange {

namespace {

// The squares of a gradient; of a table's, the sum of the squares of the rows with the same index.
Tensor squares_of(const Tensor& gradient) {
    const shikumi::detail::IndexedRows g = shikumi::detail::indexed_rows_of(gradient);
    if (!g.defined()) return square(gradient);
    return shikumi::detail::put_rows(gradient * 0, g.indices,
                                     shikumi::detail::sum_by_index(square(g.rows), g.indices));
}

class TensorFlowAdam final : public optim::Rule {
public:
    explicit TensorFlowAdam(const json& config)
        : beta_1_(config.at("beta_1")),
          beta_2_(config.at("beta_2")),
          epsilon_(config.at("epsilon")) {}

    std::string_view name() const noexcept override { return "Adam"; }
    std::vector<optim::Slot> slots(const Parameter&) const override {
        return {{"momentum"}, {"velocity"}};
    }
    std::vector<Tensor> scalars(const Tensor& learning_rate, const Tensor& t,
                                std::span<Tensor>) const override {
        return {learning_rate * sqrt(1 - pow(beta_2_, t)) / (1 - pow(beta_1_, t))};
    }
    Tensor update(const Tensor& w, const Tensor& gradient, std::span<Tensor> slots,
                  std::span<const Tensor> scalars) const override {
        Tensor &m = slots[0], &v = slots[1];
        m = m + (gradient - m) * (1 - beta_1_);
        v = v + (squares_of(gradient) - v) * (1 - beta_2_);
        return w - scalars[0] * m / (sqrt(v) + epsilon_);
    }

private:
    double beta_1_, beta_2_, epsilon_;
};

}  // namespace

void train_as_tensorflow(const Case& the_case, nn::Model& model) {
    const json& config = the_case.facts.at("training").at("optimizer").at("config");
    want(model.optimizer().name() == "Adam", "TensorFlow's way is known of Adam alone");
    optim::Optimizer optimizer(std::make_shared<TensorFlowAdam>(config),
                               config.at("learning_rate").get<double>());
    optimizer.restore(model.parameters(), model.optimizer().state());
    nn::CompileOptions options = *model.compiled();
    options.optimizer = optimizer;
    model.compile(options);
}

}  // namespace shikumi::exchange
