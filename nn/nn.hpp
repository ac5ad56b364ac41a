// Layers, models and how they are trained.
#pragma once

#include <shikumi/datasets/labels.hpp>
#include <shikumi/nn/applications/vgg16.hpp>
#include <shikumi/nn/call_context.hpp>
#include <shikumi/nn/functions/activations.hpp>
#include <shikumi/nn/functions/constraints.hpp>
#include <shikumi/nn/functions/initializers.hpp>
#include <shikumi/nn/losses/losses.hpp>
#include <shikumi/nn/metrics/metrics.hpp>
#include <shikumi/nn/functions/regularizers.hpp>
#include <shikumi/nn/input.hpp>
#include <shikumi/nn/io/weights_file.hpp>
#include <shikumi/nn/layer.hpp>
#include <shikumi/nn/layers/activations/activation.hpp>
#include <shikumi/nn/layers/activations/elu.hpp>
#include <shikumi/nn/layers/activations/leaky_relu.hpp>
#include <shikumi/nn/layers/activations/prelu.hpp>
#include <shikumi/nn/layers/activations/relu.hpp>
#include <shikumi/nn/layers/activations/softmax.hpp>
#include <shikumi/nn/layers/attention/attention.hpp>
#include <shikumi/nn/layers/attention/multi_head_attention.hpp>
#include <shikumi/nn/layers/attention/scaled_dot_product_attention.hpp>
#include <shikumi/nn/layers/convolution/convolution.hpp>
#include <shikumi/nn/layers/convolution/convolution_transpose.hpp>
#include <shikumi/nn/layers/convolution/depthwise_convolution.hpp>
#include <shikumi/nn/layers/convolution/separable_convolution.hpp>
#include <shikumi/nn/layers/core/dense.hpp>
#include <shikumi/nn/layers/core/embedding.hpp>
#include <shikumi/nn/layers/core/lambda.hpp>
#include <shikumi/nn/layers/core/masking.hpp>
#include <shikumi/nn/layers/merging/arithmetic.hpp>
#include <shikumi/nn/layers/merging/concatenate.hpp>
#include <shikumi/nn/layers/merging/dot.hpp>
#include <shikumi/nn/layers/normalization/batch_normalization.hpp>
#include <shikumi/nn/layers/normalization/group_normalization.hpp>
#include <shikumi/nn/layers/normalization/layer_normalization.hpp>
#include <shikumi/nn/layers/normalization/rms_normalization.hpp>
#include <shikumi/nn/layers/pooling/adaptive_pooling.hpp>
#include <shikumi/nn/layers/pooling/global_pooling.hpp>
#include <shikumi/nn/layers/pooling/pooling.hpp>
#include <shikumi/nn/layers/preprocessing/normalization.hpp>
#include <shikumi/nn/layers/preprocessing/random_flip.hpp>
#include <shikumi/nn/layers/preprocessing/random_rotation.hpp>
#include <shikumi/nn/layers/preprocessing/random_translation.hpp>
#include <shikumi/nn/layers/preprocessing/random_zoom.hpp>
#include <shikumi/nn/layers/preprocessing/rescaling.hpp>
#include <shikumi/nn/layers/recurrent/bidirectional.hpp>
#include <shikumi/nn/layers/recurrent/gru.hpp>
#include <shikumi/nn/layers/recurrent/lstm.hpp>
#include <shikumi/nn/layers/recurrent/recurrent_cell.hpp>
#include <shikumi/nn/layers/recurrent/rnn.hpp>
#include <shikumi/nn/layers/recurrent/simple_rnn.hpp>
#include <shikumi/nn/layers/recurrent/time_distributed.hpp>
#include <shikumi/nn/layers/regularization/activity_regularization.hpp>
#include <shikumi/nn/layers/regularization/alpha_dropout.hpp>
#include <shikumi/nn/layers/regularization/dropout.hpp>
#include <shikumi/nn/layers/regularization/gaussian_dropout.hpp>
#include <shikumi/nn/layers/regularization/gaussian_noise.hpp>
#include <shikumi/nn/layers/regularization/spatial_dropout.hpp>
#include <shikumi/nn/layers/reshaping/cropping.hpp>
#include <shikumi/nn/layers/reshaping/flatten.hpp>
#include <shikumi/nn/layers/reshaping/permute.hpp>
#include <shikumi/nn/layers/reshaping/repeat_vector.hpp>
#include <shikumi/nn/layers/reshaping/reshape.hpp>
#include <shikumi/nn/layers/reshaping/up_sampling.hpp>
#include <shikumi/nn/layers/reshaping/zero_padding.hpp>
#include <shikumi/nn/models/functional.hpp>
#include <shikumi/nn/models/model.hpp>
#include <shikumi/nn/models/sequential.hpp>
#include <shikumi/nn/models/summary.hpp>
#include <shikumi/nn/session.hpp>
#include <shikumi/nn/shared_layer.hpp>
#include <shikumi/nn/symbolic_tensor.hpp>
#include <shikumi/nn/tools/check_layer.hpp>
#include <shikumi/nn/tools/plot_model.hpp>
#include <shikumi/nn/training/history.hpp>
#include <shikumi/nn/training/progress.hpp>
#include <shikumi/nn/training/trainer.hpp>

/// Layers, losses, metrics, models and their training, under Keras's names.
namespace shikumi::nn {

using datasets::to_categorical;

}  // namespace shikumi::nn
