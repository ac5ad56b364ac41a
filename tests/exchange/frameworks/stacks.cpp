#include "stacks.hpp"

#include <random>
#include <string>

#include <shikumi/shikumi.hpp>

namespace shikumi::exchange {

namespace {

// Chooses layers for what comes out of those before.
class Builder {
public:
    explicit Builder(std::uint32_t number)
        : random_(number), model_("stack_" + std::to_string(number)) {}

    nn::Sequential rows(int layers) {
        for (int i = 0; i < layers; ++i) add_for_rows();
        return finished();
    }
    nn::Sequential sequences(int layers) {
        for (int i = 0; i < layers; ++i) add_for_sequences();
        switch (one_of(5)) {
            case 0:
                model_.add(nn::LSTM(units(), {.use_bias = coin()}));
                break;
            case 1:
                model_.add(nn::GRU(units(), {.reset_after = coin()}));
                break;
            case 2:
                model_.add(nn::GlobalAveragePooling1D());
                break;
            case 3:
                model_.add(nn::Bidirectional(nn::SimpleRNN(units())));
                break;
            default:
                model_.add(nn::Flatten());
        }
        return finished();
    }
    nn::Sequential pictures(int layers) {
        for (int i = 0; i < layers; ++i) add_for_pictures();
        switch (one_of(3)) {
            case 0:
                model_.add(nn::GlobalAveragePooling2D());
                break;
            case 1:
                model_.add(nn::GlobalMaxPooling2D());
                break;
            default:
                model_.add(nn::Flatten());
        }
        return finished();
    }
    nn::Sequential tokens(Index count, int layers) {
        model_.add(nn::Embedding(count, units(), {.mask_zero = coin()}));
        for (int i = 0; i < layers; ++i) {
            if (coin())
                model_.add(nn::LSTM(units(), {.return_sequences = true}));
            else
                model_.add(nn::GRU(units(), {.return_sequences = true}));
        }
        model_.add(nn::LSTM(units()));
        return finished();
    }
    Index units() { return 2 + one_of(6); }
    int one_of(int count) { return static_cast<int>(random_() % static_cast<unsigned>(count)); }

private:
    bool coin() { return one_of(2) == 1; }
    nn::ActivationFunction activation() {
        static const std::vector<nn::ActivationFunction> all{nn::linear,   nn::relu, nn::tanh,
                                                             nn::sigmoid,  nn::elu,  nn::selu,
                                                             nn::softplus, nn::silu, nn::gelu};
        return all[static_cast<std::size_t>(one_of(static_cast<int>(all.size())))];
    }
    Padding padding() { return coin() ? Padding::same : Padding::valid; }

    void add_for_rows() {
        switch (one_of(8)) {
            case 0:
                model_.add(nn::BatchNormalization({.scale = coin()}));
                break;
            case 1:
                model_.add(nn::LayerNormalization());
                break;
            case 2:
                model_.add(nn::Activation(activation()));
                break;
            case 3:
                model_.add(nn::LeakyReLU(0.125));
                break;
            case 4:
                model_.add(nn::PReLU({.alpha_initializer = nn::constant(0.25)}));
                break;
            default:
                model_.add(nn::Dense(units(), {.activation = activation(), .use_bias = coin()}));
        }
    }
    void add_for_sequences() {
        switch (one_of(9)) {
            case 0:
                model_.add(nn::Conv1D(units(), 3,
                                      {.padding = Padding::same,
                                       .dilation_rate = 1 + one_of(2),
                                       .activation = activation(),
                                       .use_bias = coin()}));
                break;
            case 1:
                model_.add(nn::LSTM(units(), {.return_sequences = true}));
                break;
            case 2:
                model_.add(nn::GRU(units(), {.reset_after = coin(), .return_sequences = true}));
                break;
            case 3:
                model_.add(nn::SimpleRNN(units(), {.return_sequences = true}));
                break;
            case 4:
                model_.add(nn::Bidirectional(
                    nn::LSTM(units(), {.return_sequences = true}),
                    {.merge_mode = coin() ? nn::MergeMode::concat : nn::MergeMode::sum}));
                break;
            case 5:
                model_.add(nn::LayerNormalization());
                break;
            case 6:
                model_.add(nn::BatchNormalization());
                break;
            case 7:
                model_.add(nn::TimeDistributed(nn::Dense(units(), {.activation = nn::tanh})));
                break;
            default:
                model_.add(nn::Dense(units(), {.activation = activation()}));
        }
    }
    void add_for_pictures() {
        switch (one_of(9)) {
            case 0:
                model_.add(nn::Conv2D(units(), {1 + one_of(3), 3},
                                      {.strides = 1 + one_of(2),
                                       .padding = Padding::same,
                                       .activation = activation(),
                                       .use_bias = coin()}));
                break;
            case 1:
                model_.add(nn::MaxPooling2D(2, {.strides = 1, .padding = padding()}));
                break;
            case 2:
                model_.add(nn::AveragePooling2D(2, {.strides = 1, .padding = Padding::same}));
                break;
            case 3:
                model_.add(nn::BatchNormalization());
                break;
            case 4:
                model_.add(nn::DepthwiseConv2D(
                    3, {.padding = Padding::same, .depth_multiplier = 1 + one_of(2)}));
                break;
            case 5:
                model_.add(nn::SeparableConv2D(units(), 3, {.padding = Padding::same}));
                break;
            case 6:
                model_.add(nn::ZeroPadding2D(1));
                break;
            case 7:
                model_.add(nn::Conv2DTranspose(units(), 3, {.padding = Padding::same}));
                break;
            default:
                model_.add(nn::LayerNormalization());
        }
    }
    nn::Sequential finished() {
        model_.add(nn::Dense(3, {.activation = coin() ? nn::softmax : nn::linear}));
        return std::move(model_);
    }

    std::mt19937 random_;
    nn::Sequential model_;
};

}  // namespace

Stack random_stack(std::uint32_t number) {
    nn::set_random_seed(number);
    Builder builder(number);
    const int layers = 2 + builder.one_of(5);
    const Index features = builder.units(), tokens = 11;
    Stack stack;
    switch (static_cast<Samples>(number % 4)) {
        case Samples::rows:
            stack = {builder.rows(layers), {{features}, f32}};
            break;
        case Samples::sequences:
            stack = {builder.sequences(layers), {{6, features}, f32}};
            break;
        case Samples::pictures:
            stack = {builder.pictures(layers), {{8, 7, features}, f32}};
            break;
        case Samples::tokens:
            stack = {builder.tokens(tokens, layers / 3), {{7}, i32}, tokens};
            break;
    }
    stack.model.set_input_shape(stack.input.shape);
    return stack;
}

}  // namespace shikumi::exchange
