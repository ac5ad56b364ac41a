// libtorch's results for the same inputs and weights. Only torch.cpp includes libtorch's headers:
// they take long to compile and cause warnings.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace peers {

using Sizes = std::vector<std::int64_t>;

/// Numbers under a shape, row-major.
struct Array {
    Sizes shape;
    std::vector<double> numbers;
};

/// All in shikumi's layouts and order: (batch, axes…, channels); kernels (window…, in, out).
struct Question {
    std::vector<Array> inputs;      ///< data, then weights: what derivatives are taken by
    std::vector<Array> constants;   ///< masks (1: seen) and states
    std::vector<Array> cotangents;  ///< of the first outputs; the others have none
};
struct Answer {
    std::vector<Array> outputs;
    std::vector<Array> gradients;  ///< of Σ <output, cotangent>, by each input
};
using Peer = std::function<Answer(const Question&)>;

enum class Padding { valid, same, causal };  // shikumi's, in its order
struct Window {
    Sizes size, stride, dilation;
    Padding padding = Padding::valid;
};

/// x, kernel, perhaps bias.
Answer convolution(const Question& q, const Window& window, std::int64_t groups);
/// Keras's size, or what `output_padding` makes of it.
Answer convolution_transpose(const Question& q, const Window& window, std::int64_t groups,
                             const Sizes& output_padding = {});
/// x, kernel (window…, channels, m), perhaps bias.
Answer depthwise(const Question& q, const Window& window);
/// x, that kernel, a kernel of single pixels, perhaps bias.
Answer separable(const Question& q, const Window& window);

/// x.
Answer max_pool(const Question& q, const Window& window);
Answer average_pool(const Question& q, const Window& window);
Answer adaptive_max_pool(const Question& q, const Sizes& places);
Answer adaptive_average_pool(const Question& q, const Sizes& places);
Answer global_max_pool(const Question& q);
Answer global_average_pool(const Question& q);

struct Normalization {
    double epsilon = 1e-3;
    bool scale = true, center = true;
};
/// x, perhaps gamma, perhaps beta; constants: moving mean and variance. While training their next
/// values are outputs, too.
Answer batch_normalization(const Question& q, const Normalization& how, int axis, double momentum,
                           bool training);
/// Over the last `axes` axes.
Answer layer_normalization(const Question& q, const Normalization& how, int axes);
Answer group_normalization(const Question& q, const Normalization& how, std::int64_t groups);
/// x, scale.
Answer rms_normalization(const Question& q, double epsilon, int axes);

enum class Cell { lstm, gru, rnn_tanh, rnn_relu };
struct Recurrence {
    Cell cell = Cell::lstm;
    bool bias = true, given_states = false, sequences = false;
    bool backwards = false, bidirectional = false;
};
/// x, perhaps the first states, then kernel, recurrent kernel and perhaps bias of each direction;
/// perhaps a constant: the mask, false after true. The output, then the last states.
Answer recurrence(const Question& q, const Recurrence& how);

/// query, key, value; perhaps a constant: the mask.
Answer scaled_dot_product_attention(const Question& q, bool causal);
/// query, value, key, perhaps a factor of the scores; perhaps a constant: the mask.
Answer attention(const Question& q, bool causal);
/// query, value, key, then kernel and perhaps bias of query, key, value and output; perhaps a
/// constant: the mask.
Answer multi_head_attention(const Question& q, std::int64_t heads, bool bias, bool causal);

}  // namespace peers
