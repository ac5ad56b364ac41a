// New layer types: weights and forward pass. Gradients, summary and checks need no code.
#include <shikumi/shikumi.hpp>

#include <iostream>

#include "common/run.hpp"
#include "common/train.hpp"

using namespace shikumi;

namespace {

// y = exp(-(width · (x - centre))²), with a width and a centre for each feature.
class Bump final : public nn::Layer {
public:
    void build(const Spec& input) override {
        centre_ = add_weight("centre", {input.shape.back()}, nn::zeros_init());
        width_ = add_weight("width", {input.shape.back()}, nn::ones_init());
    }
    Tensor call(const Tensor& x, nn::Mode) override { return exp(-square(width_ * (x - centre_))); }

private:
    Parameter centre_, width_;
};

// y = x + f(x). f consists of two layers of the library. They become layers of this layer when it
// calls them.
class Residual final : public nn::Layer {
public:
    Residual(Index features, Index inner)
        : widen_(inner, {.activation = nn::silu}), narrow_(features) {}
    Tensor call(const Tensor& x, nn::Mode mode) override {
        return x + narrow_(widen_(x, mode), mode);
    }

private:
    nn::Dense widen_, narrow_;
};

void custom_layer(const examples::Options& options) {
    const datasets::Iris iris = datasets::iris();
    const Tensor x = datasets::Standardizer::fit(iris.features)(iris.features);
    nn::Sequential m{
        nn::Dense(8, {.input_dim = 4}),
        Bump(),
        Residual(8, 32),
        nn::Dense(3, {.activation = nn::softmax}),
    };
    std::cout << m.summary();
    nn::check_layer(Bump(), {5, 7});
    nn::check_layer(Residual(7, 4), {5, 7});
    std::cout << "Both are checked: shapes, modes and derivatives are right.\n\n";

    m.compile({.optimizer = optim::Adam({.learning_rate = options.learning_rate}),
               .loss = nn::sparse_categorical_crossentropy,
               .metrics = {nn::accuracy}});
    examples::fit(m, x, iris.labels, options, {}, iris.class_names);

    std::cout << "\nlearnt centres of the bumps:\n"
              << m.get_weights()[2] << "\nand their inverse widths:\n"
              << m.get_weights()[3] << '\n';
}

}  // namespace

int main(int argc, char** argv) {
    return examples::run_example(argc, argv, "layers of your own, checked, shown and trained",
                                 {.epochs = 20, .batch_size = 16, .learning_rate = 0.01},
                                 custom_layer);
}
