// A recurrent cell of your own: weights, state, one step. RNN repeats it along the sequence.
#include <shikumi/shikumi.hpp>

#include <iostream>

#include "common/run.hpp"
#include "common/train.hpp"

using namespace shikumi;

namespace {

// One gate z = σ(…) determines how much of the state is replaced: h' = (1 - z) h + z tanh(…).
class MinimalGatedCell final : public nn::RecurrentCell {
public:
    explicit MinimalGatedCell(Index units) : units_(units) {}
    std::vector<Shape> state_shapes() const override { return {{units_}}; }
    void build(const Spec& input) override {
        kernel_ = add_weight("kernel", {input.shape.back(), 2 * units_}, nn::glorot_uniform());
        recurrent_ = add_weight("recurrent_kernel", {units_, 2 * units_}, nn::orthogonal());
        bias_ = add_weight("bias", {2 * units_}, nn::zeros_init());
    }
    std::vector<Tensor> step(const Tensor& x, const std::vector<Tensor>& states) override {
        const Tensor& h = states[0];
        const auto parts = split(matmul(x, kernel_) + matmul(h, recurrent_) + bias_, 2, -1);
        const Tensor z = sigmoid(parts[0]);
        return {(1 - z) * h + z * tanh(parts[1])};
    }

private:
    Index units_;
    Parameter kernel_, recurrent_, bias_;
};

void custom_cell(const examples::Options& options) {
    nn::check_layer(MinimalGatedCell(3), {4, 2});
    nn::check_layer(nn::RNN(MinimalGatedCell(3)), {4, 5, 2});
    std::cout
        << "The cell is checked: shapes and derivatives are right, also along a sequence.\n\n";

    // For comparison: an LSTM has four such pairs of products, a GRU three.
    nn::Sequential lstm{nn::LSTM(32, {.input_shape = {28, 28}})};
    nn::Sequential gru{nn::GRU(32, {.input_shape = {28, 28}})};
    nn::Sequential own{nn::RNN(MinimalGatedCell(32), {.input_shape = {28, 28}})};
    for (nn::Sequential* m : {&lstm, &gru, &own}) std::cout << m->summary() << '\n';

    const datasets::Images digits = datasets::digits();  // 8 rows of 8 pixels, from 0 to 16
    nn::Sequential m{
        nn::RNN(MinimalGatedCell(64), {.input_shape = {8, 8}}),
        nn::Dense(10, {.activation = nn::softmax}),
    };
    std::cout << m.summary() << '\n';
    m.compile({.optimizer = optim::Adam({.learning_rate = options.learning_rate}),
               .loss = nn::sparse_categorical_crossentropy,
               .metrics = {nn::accuracy}});
    examples::fit(m, digits.images / 16, digits.labels, options, {.validation_split = 0.2});
}

}  // namespace

int main(int argc, char** argv) {
    return examples::run_example(argc, argv, "a recurrent cell of your own reads digits row by row",
                                 {.epochs = 15, .batch_size = 32, .learning_rate = 0.005},
                                 custom_cell);
}
