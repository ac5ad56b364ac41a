// Layers, models and how they are trained.
#pragma once

#include <shikumi/datasets/labels.hpp>
#include <shikumi/nn/activation.hpp>
#include <shikumi/nn/activations.hpp>
#include <shikumi/nn/activity_regularization.hpp>
#include <shikumi/nn/applications/vgg16.hpp>
#include <shikumi/nn/attention.hpp>
#include <shikumi/nn/augmentation.hpp>
#include <shikumi/nn/batch_normalization.hpp>
#include <shikumi/nn/bidirectional.hpp>
#include <shikumi/nn/check_layer.hpp>
#include <shikumi/nn/clone.hpp>
#include <shikumi/nn/constraints.hpp>
#include <shikumi/nn/convolution.hpp>
#include <shikumi/nn/dense.hpp>
#include <shikumi/nn/dropout.hpp>
#include <shikumi/nn/embedding.hpp>
#include <shikumi/nn/group_normalization.hpp>
#include <shikumi/nn/gru.hpp>
#include <shikumi/nn/history.hpp>
#include <shikumi/nn/initializers.hpp>
#include <shikumi/nn/input.hpp>
#include <shikumi/nn/lambda.hpp>
#include <shikumi/nn/layer.hpp>
#include <shikumi/nn/layer_normalization.hpp>
#include <shikumi/nn/losses.hpp>
#include <shikumi/nn/merge.hpp>
#include <shikumi/nn/lstm.hpp>
#include <shikumi/nn/masking.hpp>
#include <shikumi/nn/metrics.hpp>
#include <shikumi/nn/model.hpp>
#include <shikumi/nn/noise.hpp>
#include <shikumi/nn/normalization.hpp>
#include <shikumi/nn/padding.hpp>
#include <shikumi/nn/pass.hpp>
#include <shikumi/nn/pooling.hpp>
#include <shikumi/nn/plot_model.hpp>
#include <shikumi/nn/progress.hpp>
#include <shikumi/nn/rectifiers.hpp>
#include <shikumi/nn/recurrent_cell.hpp>
#include <shikumi/nn/regularizers.hpp>
#include <shikumi/nn/repeat_vector.hpp>
#include <shikumi/nn/rescaling.hpp>
#include <shikumi/nn/reshape.hpp>
#include <shikumi/nn/rms_normalization.hpp>
#include <shikumi/nn/rnn.hpp>
#include <shikumi/nn/sequential.hpp>
#include <shikumi/nn/session.hpp>
#include <shikumi/nn/simple_rnn.hpp>
#include <shikumi/nn/softmax.hpp>
#include <shikumi/nn/spatial_dropout.hpp>
#include <shikumi/nn/summary.hpp>
#include <shikumi/nn/symbol.hpp>
#include <shikumi/nn/time_distributed.hpp>
#include <shikumi/nn/weights_file.hpp>

namespace shikumi::nn {

using datasets::to_categorical;

}  // namespace shikumi::nn
