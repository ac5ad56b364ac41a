// A small transformer learns to write like Shakespeare, character by character.
#include <shikumi/shikumi.hpp>

#include <algorithm>
#include <iomanip>
#include <iostream>
#include <string>

#include "common/characters.hpp"
#include "common/run.hpp"
#include "common/train.hpp"

using namespace shikumi;

namespace {

constexpr Index context = 64, width = 96, heads = 4, blocks = 2;

// Adds a learnt vector for each position.
class Places final : public nn::Layer {
public:
    void build(const Spec& input) override {
        places_ = add_weight("places", {context, input.shape.back()}, nn::random_normal(0, 0.02));
    }
    Tensor call(const Tensor& x, nn::Mode) override {
        return x + slice(places_.value(), 0, {0, x.shape()[1]});
    }

private:
    Parameter places_;
};

// Causal attention, then two dense layers, each with a residual connection.
class Block final : public nn::Layer {
public:
    Tensor call(const Tensor& x, nn::Mode mode) override {
        const Tensor y = x + dropout_(attention_(before_attention_(x, mode), mode), mode);
        return y + dropout_(narrow_(widen_(before_dense_(y, mode), mode), mode), mode);
    }

private:
    nn::LayerNormalization before_attention_, before_dense_;
    nn::MultiHeadAttention attention_{heads, width / heads, {.use_causal_mask = true}};
    nn::Dense widen_{4 * width, {.activation = nn::gelu_tanh}}, narrow_{width};
    nn::Dropout dropout_{0.1};
};

// Appends `length` characters to `text`, each drawn from the model's distribution.
std::string write(nn::Sequential& model, const examples::Characters& characters, std::string text,
                  int length, RandomStream& random) {
    const NoGrad no_grad;
    for (int i = 0; i < length; ++i) {
        const auto seen = std::min(text.size(), static_cast<std::size_t>(context));
        const Tensor x = expand_dims(characters.numbers(text.substr(text.size() - seen)), 0);
        const Tensor last = slice(model(x), 1, {-1, {}});
        text += characters[examples::draw(last.to_vector<double>(), 0.8, random)];
    }
    return text;
}

void transformer(const examples::Options& options) {
    const std::string text = datasets::shakespeare(options.data);
    const examples::Characters characters(text);
    const auto split = text.size() / 10 * 9;
    const auto train = examples::windows(characters.numbers(text.substr(0, split)), context);
    const auto test = examples::windows(characters.numbers(text.substr(split)), context);

    nn::Sequential m{nn::Embedding(characters.count(), width), Places()};
    for (Index i = 0; i < blocks; ++i) m.add(Block());
    m.add(nn::LayerNormalization());
    m.add(nn::Dense(characters.count()));
    m.build(train.x.spec());
    std::cout << m.summary() << '\n';

    const double steps = options.steps(train.x.shape()[0]);
    m.compile({.optimizer = optim::AdamW(
                   {.learning_rate = optim::CosineDecay(
                        0, steps, {.warmup_target = options.learning_rate, .warmup_steps = 100}),
                    .clipnorm = 1}),
               .loss = nn::sparse_categorical_crossentropy_from_logits});
    RandomStream random({options.seed, 1});
    const auto show = [&] {
        std::cout << "----\n" << write(m, characters, "ROMEO:\n", 300, random) << "\n----\n";
    };
    const nn::History history = examples::fit(
        m, train.x, train.y, options,
        {.validation_data = {{test.x, test.y}}, .on_epoch_end = [&](nn::EpochLog&) { show(); }});
    if (history.epoch.empty()) show();  // a network from a file

    std::cout << "\nvalidation loss " << std::fixed << std::setprecision(3)
              << m.evaluate(test.x, test.y)["loss"] << " nats a character\n";
    examples::write_history(history, options);
}

}  // namespace

int main(int argc, char** argv) {
    return examples::run_example(argc, argv, "a transformer writes like Shakespeare",
                                 {.epochs = 4, .batch_size = 32, .learning_rate = 0.003},
                                 transformer);
}
