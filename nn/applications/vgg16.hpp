// VGG16: K. Simonyan, A. Zisserman, "Very Deep Convolutional Networks for Large-Scale Image
// Recognition", ICLR 2015.
#pragma once

#include <filesystem>

#include <shikumi/nn/functions/activations.hpp>
#include <shikumi/nn/models/sequential.hpp>

namespace shikumi::nn::applications {

/// What becomes of the last block's rows and columns where there is no top.
enum class TopPooling { none, average, max };

struct VGG16Options {
    bool include_top = true;             ///< the three fully connected layers
    std::filesystem::path weights = {};  ///< a file as nn/weights_file.hpp has it; else random
    Shape input_shape = {224, 224, 3};   ///< at least 32 rows and columns
    TopPooling pooling = TopPooling::none;
    Index classes = 1000;
    ActivationFunction classifier_activation = softmax;
    std::string name = "vgg16";
};

/// The model, with Keras's layer names ("block1_conv1", …, "predictions"); 138,357,544 parameters
/// as it is, 14,714,688 without the top. Throws ShapeError for an input_shape that doesn't fit,
/// ValueError unless `classes` is positive, IoError for a file that isn't these weights.
Sequential VGG16(const VGG16Options& options = {});

/// Images (…, 3) of red, green, blue from 0 to 255 as VGG16's published weights take them: blue,
/// green, red less ImageNet's means. Throws ShapeError for another last axis.
Tensor preprocess_input(const Tensor& images);

}  // namespace shikumi::nn::applications
