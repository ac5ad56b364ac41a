// VGG16: K. Simonyan, A. Zisserman, "Very Deep Convolutional Networks for Large-Scale Image
// Recognition", ICLR 2015.
#pragma once

#include <shikumi/nn/functions/activations.hpp>
#include <shikumi/nn/models/sequential.hpp>
#include <string>

namespace shikumi::nn::applications {

/// How the rows and columns of the last block are pooled where there is no top.
enum class TopPooling {
    none,     ///< they stay: (N, rows, columns, 512)
    average,  ///< their mean, (N, 512)
    max,      ///< their maximum, (N, 512)
};

/// What VGG16 can be given.
struct VGG16Options {
    bool include_top = true;                ///< with the three fully connected layers
    std::string weights = {};               ///< a file by save_weights; empty: random weights
    Shape input_shape = {224, 224, 3};      ///< at least 32 rows and columns
    TopPooling pooling = TopPooling::none;  ///< of the last block, without a top
    Index classes = 1000;                   ///< outputs of the top
    ActivationFunction classifier_activation = softmax;  ///< of the last layer of the top
    std::string name = "vgg16";                          ///< of the model
};

/// VGG16 under Keras's layer names ("block1_conv1", …, "predictions"): 138,357,544 parameters with
/// the defaults, 14,714,688 without the top. Throws ShapeError for an input_shape that doesn't fit,
/// ValueError unless `classes` is positive, IoError for a file that isn't these weights.
Sequential VGG16(const VGG16Options& options = {});

/// Images (…, 3) of red, green, blue from 0 to 255, turned into the input of VGG16's published
/// weights: blue, green, red minus ImageNet's means. Throws ShapeError for another last axis.
Tensor preprocess_input(const Tensor& images);

}  // namespace shikumi::nn::applications
