// Models whose parameters and shapes are known from Keras, and their summary.
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"

using namespace shikumi;
using shikumi_test::contains;

namespace {

void check_model(nn::Model& model, Index parameters, const Shape& output,
                 const std::vector<std::string>& rows) {
    CHECK(model.count_params() == parameters);
    CHECK(model.output().shape.with_front(1) == output.with_front(1));
    const std::string summary = model.summary();
    for (const std::string& row : rows) CHECK_THAT(summary, contains(row));
}

nn::SymbolicTensor residual_block(const nn::SymbolicTensor& x, Index filters, Index stride) {
    const nn::SymbolicTensor inner =
        x | nn::Conv2D(filters, 3, {.strides = stride, .padding = Padding::same}) |
        nn::BatchNormalization() | nn::Activation(nn::relu) |
        nn::Conv2D(filters, 3, {.padding = Padding::same}) | nn::BatchNormalization();
    const nn::SymbolicTensor past =
        stride == 1 ? x : x | nn::Conv2D(filters, 1, {.strides = stride});
    return nn::connect(nn::Add(), {inner, past}) | nn::Activation(nn::relu);
}

}  // namespace

TEST_CASE("the network of Keras's MNIST example has 34,826 parameters", "[nn]") {
    nn::clear_session();
    nn::Sequential m{
        nn::Conv2D(32, 3, {.activation = nn::relu, .input_shape = {28, 28, 1}}),
        nn::MaxPooling2D(2),
        nn::Conv2D(64, 3, {.activation = nn::relu}),
        nn::MaxPooling2D(2),
        nn::Flatten(),
        nn::Dropout(0.5),
        nn::Dense(10, {.activation = nn::softmax}),
    };
    check_model(
        m, 34826, {1, 10},
        {"conv2d (Conv2D)             (None, 26, 26, 32)        320 ",
         "max_pooling2d (MaxPooling2D  (None, 13, 13, 32)       0 ",
         "conv2d_1 (Conv2D)           (None, 11, 11, 64)        18496 ",
         "max_pooling2d_1 (MaxPooling  (None, 5, 5, 64)         0 ",
         "flatten (Flatten)           (None, 1600)              0 ",
         "dropout (Dropout)           (None, 1600)              0 ",
         "dense (Dense)               (None, 10)                16010 ", "Total params: 34,826"});
}

TEST_CASE("an LSTM from 28 to 32 has 7,808 parameters, a GRU 5,952", "[nn]") {
    nn::clear_session();
    nn::Sequential lstm{nn::LSTM(32, {.input_shape = {28, 28}})};
    check_model(lstm, 7808, {1, 32}, {"lstm (LSTM)", "(None, 32)", "Total params: 7,808"});
    nn::Sequential gru{nn::GRU(32, {.return_sequences = true, .input_shape = {28, 28}})};
    check_model(gru, 5952, {1, 28, 32}, {"gru (GRU)", "(None, 28, 32)", "Total params: 5,952"});
    nn::Sequential before{nn::GRU(32, {.reset_after = false, .input_shape = {28, 28}})};
    CHECK(before.count_params() == 5952 - 3 * 32);  // without the second bias
}

TEST_CASE("a residual network's parameters and shapes", "[nn]") {
    nn::clear_session();
    const nn::Input picture({32, 32, 3});
    nn::SymbolicTensor x = picture | nn::Conv2D(16, 3, {.padding = Padding::same});
    x = residual_block(residual_block(x, 16, 1), 32, 2);
    nn::Model m(picture, x | nn::GlobalAveragePooling2D() | nn::Dense(10));
    // Convolutions of 3 x 3 with biases; gamma, beta and two moving statistics a channel.
    const auto conv = [](Index from, Index to) { return 9 * from * to + to; };
    const Index first = 2 * conv(16, 16) + 2 * 4 * 16;
    const Index second = conv(16, 32) + conv(32, 32) + 2 * 4 * 32 + (16 * 32 + 32);
    check_model(m, conv(3, 16) + first + second + 330, {1, 10},
                {"(None, 32, 32, 16)", "(None, 16, 16, 32)", "add_1 (Add)", "(None, 32)",
                 "Non-trainable params: 192"});
}
