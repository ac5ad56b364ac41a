#include <shikumi/nn/applications/vgg16.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/io/weights.hpp>
#include <shikumi/nn/layers/convolution/convolution.hpp>
#include <shikumi/nn/layers/core/dense.hpp>
#include <shikumi/nn/layers/pooling/global_pooling.hpp>
#include <shikumi/nn/layers/pooling/pooling.hpp>
#include <shikumi/nn/layers/reshaping/flatten.hpp>

namespace shikumi::nn::applications {

namespace {

// Convolutions of 3×3 that keep the size, then a pool that halves it.
void add_block(Sequential& model, int number, int convolutions, Index filters, const Shape& input) {
    const std::string block = sentence("block", number);
    for (int i = 1; i <= convolutions; ++i) {
        model.add(Conv2D(filters, 3,
                         {.padding = Padding::same,
                          .activation = relu,
                          .input_shape = number == 1 && i == 1 ? input : Shape(),
                          .name = sentence(block, "_conv", i)}));
    }
    model.add(MaxPooling2D(2, {.strides = 2, .name = block + "_pool"}));
}

}  // namespace

Sequential VGG16(const VGG16Options& options) {
    const Shape& input = options.input_shape;
    if (input.rank() != 3 || input[0] < 32 || input[1] < 32 || input[2] < 1)
        fail<ShapeError>("vgg16",
                         "takes an input_shape (rows, columns, channels) of at least "
                         "(32, 32, 1), got ",
                         input);
    if (options.classes < 1)
        fail<ValueError>("vgg16", "the number of classes must be positive, got ", options.classes);

    Sequential model(options.name);
    add_block(model, 1, 2, 64, input);
    add_block(model, 2, 2, 128, input);
    add_block(model, 3, 3, 256, input);
    add_block(model, 4, 3, 512, input);
    add_block(model, 5, 3, 512, input);
    if (options.include_top) {
        model.add(Flatten({.name = "flatten"}));
        model.add(Dense(4096, {.activation = relu, .name = "fc1"}));
        model.add(Dense(4096, {.activation = relu, .name = "fc2"}));
        model.add(Dense(options.classes,
                        {.activation = options.classifier_activation, .name = "predictions"}));
    } else if (options.pooling == TopPooling::average) {
        model.add(GlobalAveragePooling2D());
    } else if (options.pooling == TopPooling::max) {
        model.add(GlobalMaxPooling2D());
    }
    if (!options.weights.empty()) load_weights(model, options.weights);
    return model;
}

Tensor preprocess_input(const Tensor& images) {
    if (images.rank() < 1 || images.shape().back() != 3)
        fail<ShapeError>("preprocess_input", "takes images (…, 3), got ", images.shape());
    const DType dtype = is_floating(images.dtype()) ? images.dtype() : f32;
    return flip(images.cast(dtype), -1) - tensor({103.939, 116.779, 123.68}, dtype);
}

}  // namespace shikumi::nn::applications
