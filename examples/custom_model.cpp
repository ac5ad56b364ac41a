// A model and a training loop of your own, without Sequential and fit.
#include <shikumi/shikumi.hpp>

#include <iostream>

#include "common/run.hpp"
#include "common/terminal.hpp"
#include "common/train.hpp"

using namespace shikumi;

namespace {

void custom_model(const examples::Options& options) {
    const datasets::Iris iris = datasets::iris();
    const Tensor x = datasets::Standardizer::fit(iris.features)(iris.features);
    Generator rng(options.seed);

    Parameter w1("w1", nn::he_normal()({4, 32}, rng)), b1("b1", zeros({32}));
    Parameter w2("w2", nn::glorot_uniform()({32, 3}, rng)), b2("b2", zeros({3}));
    const auto logits = [&](const Tensor& in) {
        const Tensor hidden = relu(matmul(in, w1) + b1);
        return matmul(hidden, w2) + b2;
    };
    optim::Adam adam({.learning_rate = options.learning_rate});

    if (!options.load.empty()) examples::load({w1, b1, w2, b2}, options.load);

    const Index n = x.shape().front();
    nn::Progress progress(std::cout, examples::on_terminal(), 1, options.epochs,
                          (n + options.batch_size - 1) / options.batch_size);
    for (int epoch = 0; epoch < options.epochs; ++epoch) {
        progress.begin_epoch(epoch);
        nn::Logs logs;
        double total = 0;
        Index step = 0;
        for (const auto& rows : datasets::batches(n, options.batch_size, rng)) {
            const Tensor loss = cross_entropy(logits(datasets::take_rows(x, rows)),
                                              datasets::take_rows(iris.labels, rows));
            loss.backward();
            adam.step({w1, b1, w2, b2});
            total += loss.item<double>() * static_cast<double>(rows.size());
            if (progress.due(++step)) progress.redraw(step, {});
        }
        logs.add("loss", total / static_cast<double>(n));
        progress.end_epoch(logs);
    }

    if (!options.save.empty()) examples::save({w1, b1, w2, b2}, options.save);

    const Tensor right = equal(argmax(logits(x), -1), iris.labels).cast(i64);
    std::cout << "\n"
              << sum(right).item<Index>() << " of " << n
              << " irises right; all were training data\n";
}

}  // namespace

int main(int argc, char** argv) {
    return examples::run_example(argc, argv, "a model and a training loop of your own",
                                 {.epochs = 20,
                                  .batch_size = 16,
                                  .learning_rate = 0.01,
                                  .training = examples::Training::by_hand},
                                 custom_model);
}
