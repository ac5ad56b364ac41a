// A new layer type: weights, shape, forward. Gradients, summary and checks come by themselves.
#include <shikumi/shikumi.hpp>

#include <iostream>

#include "common/run.hpp"

using namespace shikumi;

namespace {

// y = exp(-(width · (x - centre))²), one width and one centre for each feature
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

void custom_layer(const examples::Options& options) {
    const datasets::Iris iris = datasets::iris();
    const Tensor x = datasets::Standardizer::fit(iris.features)(iris.features);
    nn::Sequential m{
        nn::Dense(8, {.input_dim = 4}),
        Bump(),
        nn::Dense(3, {.activation = nn::softmax}),
    };
    std::cout << m.summary();
    nn::check_layer(Bump(), {5, 7});
    std::cout << "Bump is checked: shapes, modes and derivatives are right.\n\n";

    m.compile({.optimizer = optim::Adam({.learning_rate = options.learning_rate}),
               .loss = nn::sparse_categorical_crossentropy,
               .metrics = {nn::accuracy}});
    m.fit(x, iris.labels, {.batch_size = options.batch_size, .epochs = options.epochs});

    std::cout << "\nwhere the bumps went:\n"
              << m.get_weights()[2] << "\nhow narrow they are:\n"
              << m.get_weights()[3] << '\n';
}

}  // namespace

int main(int argc, char** argv) {
    return examples::run_example(argc, argv, "a layer of one's own, checked, shown and trained",
                                 {.epochs = 20, .batch_size = 16, .learning_rate = 0.01},
                                 custom_layer);
}
