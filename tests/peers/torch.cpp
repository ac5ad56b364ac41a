// The questions in libtorch's terms. libtorch also differentiates the changes of layout, so its
// derivatives have shikumi's layout.
#include "torch.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/nn/functional/activation.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace peers {

namespace {

using Tensor = at::Tensor;
using Tensors = std::vector<Tensor>;

Tensor tensor(const Array& a) {
    return at::from_blob(const_cast<double*>(a.numbers.data()), a.shape, at::kDouble).clone();
}

Array array(const Tensor& t) {
    const Tensor dense = t.detach().contiguous();
    const double* first = dense.data_ptr<double>();
    return {dense.sizes().vec(), {first, first + dense.numel()}};
}

using Function = std::function<Tensors(const Tensors& in, const Tensors& constants)>;

Answer answer(const Question& q, const Function& f) {
    at::set_num_threads(1);
    Tensors in, constants;
    for (const Array& a : q.inputs) in.push_back(tensor(a).requires_grad_());
    for (const Array& a : q.constants) constants.push_back(tensor(a));
    const Tensors y = f(in, constants);
    Tensors roots, cotangents;
    for (std::size_t i = 0; i < q.cotangents.size(); ++i) {
        roots.push_back(y.at(i));
        cotangents.push_back(tensor(q.cotangents[i]));
    }
    Answer all;
    for (const Tensor& t : y) all.outputs.push_back(array(t));
    for (const Tensor& g : torch::autograd::grad(roots, in, cotangents))
        all.gradients.push_back(array(g));
    return all;
}

// in[i], or an undefined tensor if there are fewer.
c10::optional<Tensor> optional(const Tensors& in, std::size_t i) {
    return i < in.size() ? c10::optional<Tensor>(in[i]) : c10::nullopt;
}

// (batch, axes…, channels) to (batch, channels, axes…) and back.
Tensor channels_first(const Tensor& x) { return x.movedim(-1, 1); }
Tensor channels_last(const Tensor& x) { return x.movedim(1, -1); }

std::int64_t extent(const Window& w, std::size_t axis) {
    return (w.size[axis] - 1) * w.dilation[axis] + 1;
}

// x (batch, channels, axes…) with `before` and `after` more (or fewer) elements along each axis.
Tensor widened(const Tensor& x, const Sizes& before, const Sizes& after, double value) {
    Sizes last_axis_first;
    for (std::size_t i = before.size(); i-- > 0;) {
        last_axis_first.push_back(before[i]);
        last_axis_first.push_back(after[i]);
    }
    return at::constant_pad_nd(x, last_axis_first, value);
}

// Keras's padding: `same` puts an odd element at the end.
Tensor padded(const Tensor& x, const Window& w, double value) {
    Sizes before(w.size.size(), 0), after = before;
    for (std::size_t i = 0; i < before.size(); ++i) {
        const std::int64_t n = x.size(static_cast<std::int64_t>(i) + 2);
        const std::int64_t places = (n + w.stride[i] - 1) / w.stride[i];
        const std::int64_t same =
            std::max<std::int64_t>(0, (places - 1) * w.stride[i] + extent(w, i) - n);
        if (w.padding == Padding::causal) before[i] = extent(w, i) - 1;
        if (w.padding == Padding::same) before[i] = same / 2, after[i] = same - same / 2;
    }
    return widened(x, before, after, value);
}

Tensor slide(const Tensor& x, const Tensor& kernel, const c10::optional<Tensor>& bias,
             const Window& w, std::int64_t groups) {
    const Sizes none(w.size.size(), 0);
    return at::convolution(padded(x, w, 0), kernel, bias, w.stride, none, w.dilation, false, none,
                           groups);
}

// (window…, a, b) to (b, a, window…): of a convolution (out, in, …), of a transposed one (in, out,
// …). A copy: libtorch refuses to write derivatives into some views.
Tensor kernel_of(const Tensor& kernel) {
    return kernel.movedim({-1, -2}, {0, 1}).clone(at::MemoryFormat::Contiguous);
}

// (window…, channels, m) to (channels · m, 1, window…).
Tensor depthwise_kernel_of(const Tensor& kernel) {
    return kernel.movedim({-2, -1}, {0, 1}).flatten(0, 1).unsqueeze(1);
}

}  // namespace

Answer convolution(const Question& q, const Window& w, std::int64_t groups) {
    return answer(q, [&](const Tensors& in, const Tensors&) -> Tensors {
        return {channels_last(
            slide(channels_first(in[0]), kernel_of(in[1]), optional(in, 2), w, groups))};
    });
}

// The full output, cut or zero-padded to the wanted size. With `same`, both sides are cut as a
// convolution of that size would pad them.
Answer convolution_transpose(const Question& q, const Window& w, std::int64_t groups,
                             const Sizes& output_padding) {
    return answer(q, [&](const Tensors& in, const Tensors&) -> Tensors {
        const Sizes none(w.size.size(), 0);
        const Tensor x = channels_first(in[0]);
        const Tensor full = at::convolution(x, kernel_of(in[1]), {}, w.stride, none, w.dilation,
                                            true, none, groups);
        Sizes before = none, after = none;
        for (std::size_t i = 0; i < none.size(); ++i) {
            const auto axis = static_cast<std::int64_t>(i) + 2;
            const bool same = w.padding == Padding::same;
            std::int64_t wanted = x.size(axis) * w.stride[i];
            if (!output_padding.empty())
                wanted +=
                    output_padding[i] - w.stride[i] + (same ? extent(w, i) % 2 : extent(w, i));
            else if (!same)
                wanted += std::max<std::int64_t>(0, extent(w, i) - w.stride[i]);
            const std::int64_t beyond = std::max<std::int64_t>(0, full.size(axis) - wanted);
            before[i] = same ? -(beyond / 2) : 0;
            after[i] = wanted - full.size(axis) - before[i];
        }
        const Tensor y = channels_last(widened(full, before, after, 0));
        return {in.size() > 2 ? y + in[2] : y};
    });
}

Answer depthwise(const Question& q, const Window& w) {
    return answer(q, [&](const Tensors& in, const Tensors&) -> Tensors {
        return {channels_last(slide(channels_first(in[0]), depthwise_kernel_of(in[1]),
                                    optional(in, 2), w, in[0].size(-1)))};
    });
}

Answer separable(const Question& q, const Window& w) {
    return answer(q, [&](const Tensors& in, const Tensors&) -> Tensors {
        const Tensor between =
            slide(channels_first(in[0]), depthwise_kernel_of(in[1]), {}, w, in[0].size(-1));
        const Sizes one(w.size.size(), 1);
        const Window pixels{one, one, one};
        return {channels_last(slide(between, kernel_of(in[2]), optional(in, 3), pixels, 1))};
    });
}

// ---- pooling ------------------------------------------------------------------------------------

Answer max_pool(const Question& q, const Window& w) {
    return answer(q, [&](const Tensors& in, const Tensors&) -> Tensors {
        const Tensor x = padded(channels_first(in[0]), w, -std::numeric_limits<double>::infinity());
        return {channels_last(w.size.size() == 1   ? at::max_pool1d(x, w.size, w.stride)
                              : w.size.size() == 2 ? at::max_pool2d(x, w.size, w.stride)
                                                   : at::max_pool3d(x, w.size, w.stride))};
    });
}

// Padding doesn't count: divides the mean with zeros by the fraction of elements that are no
// padding.
Answer average_pool(const Question& q, const Window& w) {
    return answer(q, [&](const Tensors& in, const Tensors&) -> Tensors {
        const auto mean = [&](const Tensor& channels) {
            const Tensor x = padded(channels, w, 0);
            return w.size.size() == 1   ? at::avg_pool1d(x, w.size, w.stride)
                   : w.size.size() == 2 ? at::avg_pool2d(x, w.size, w.stride)
                                        : at::avg_pool3d(x, w.size, w.stride);
        };
        const Tensor x = channels_first(in[0]);
        return {channels_last(mean(x) / mean(at::ones_like(x.detach())))};
    });
}

Answer adaptive_max_pool(const Question& q, const Sizes& places) {
    return answer(q, [&](const Tensors& in, const Tensors&) -> Tensors {
        const Tensor x = channels_first(in[0]);
        return {
            channels_last(std::get<0>(places.size() == 1   ? at::adaptive_max_pool1d(x, places)
                                      : places.size() == 2 ? at::adaptive_max_pool2d(x, places)
                                                           : at::adaptive_max_pool3d(x, places)))};
    });
}

Answer adaptive_average_pool(const Question& q, const Sizes& places) {
    return answer(q, [&](const Tensors& in, const Tensors&) -> Tensors {
        const Tensor x = channels_first(in[0]);
        return {channels_last(places.size() == 1   ? at::adaptive_avg_pool1d(x, places)
                              : places.size() == 2 ? at::adaptive_avg_pool2d(x, places)
                                                   : at::adaptive_avg_pool3d(x, places))};
    });
}

Answer global_max_pool(const Question& q) {
    return answer(q, [](const Tensors& in, const Tensors&) -> Tensors {
        return {channels_first(in[0]).flatten(2).amax(2)};
    });
}

Answer global_average_pool(const Question& q) {
    return answer(q, [](const Tensors& in, const Tensors&) -> Tensors {
        return {channels_first(in[0]).flatten(2).mean(2)};
    });
}

// ---- normalisation ------------------------------------------------------------------------------

namespace {

// Always both, since libtorch's group_norm has no gradient if one is missing.
struct Factors {
    Tensor gamma, beta;
};
Factors factors(const Tensors& in, const Normalization& how, at::IntArrayRef shape) {
    return {how.scale ? in[1] : at::ones(shape, at::kDouble),
            how.center ? in[how.scale ? 2 : 1] : at::zeros(shape, at::kDouble)};
}

}  // namespace

// libtorch's momentum is the weight of the new value. Its moving variance has Bessel's correction,
// which is undone here.
Answer batch_normalization(const Question& q, const Normalization& how, int axis, double momentum,
                           bool training) {
    return answer(q, [&](const Tensors& in, const Tensors& states) -> Tensors {
        const auto [gamma, beta] = factors(in, how, states[0].sizes());
        const Tensor mean = states[0].clone(), variance = states[1].clone();
        const Tensor x = in[0].movedim(axis, 1);
        const Tensor y = at::batch_norm(x, gamma, beta, mean, variance, training, 1 - momentum,
                                        how.epsilon, false)
                             .movedim(1, axis);
        if (!training) return {y};
        const double n = static_cast<double>(x.numel() / x.size(1));
        const Tensor kept = states[1] * momentum;
        return {y, mean, kept + (variance - kept) * ((n - 1) / n)};
    });
}

Answer layer_normalization(const Question& q, const Normalization& how, int axes) {
    return answer(q, [&](const Tensors& in, const Tensors&) -> Tensors {
        const at::IntArrayRef shape = in[0].sizes().slice(in[0].dim() - axes);
        const auto [gamma, beta] = factors(in, how, shape);
        return {at::layer_norm(in[0], shape, gamma, beta, how.epsilon)};
    });
}

Answer group_normalization(const Question& q, const Normalization& how, std::int64_t groups) {
    return answer(q, [&](const Tensors& in, const Tensors&) -> Tensors {
        const auto [gamma, beta] = factors(in, how, in[0].size(-1));
        return {
            channels_last(at::group_norm(channels_first(in[0]), groups, gamma, beta, how.epsilon))};
    });
}

Answer rms_normalization(const Question& q, double epsilon, int axes) {
    return answer(q, [&](const Tensors& in, const Tensors&) -> Tensors {
        Sizes last;
        for (int i = 1; i <= axes; ++i) last.push_back(-i);
        return {in[0] * at::rsqrt(in[0].square().mean(last, true) + epsilon) * in[1]};
    });
}

// ---- recurrence ---------------------------------------------------------------------------------

namespace {

// The columns of an LSTM are i, f, g, o in both libraries. A GRU's are z, r, h in shikumi and r, z,
// n in libtorch.
Tensor gates_in_order(const Tensor& columns, Cell cell) {
    if (cell != Cell::gru) return columns;
    const Tensors gates = columns.chunk(3, -1);
    return at::cat({gates[1], gates[0], gates[2]}, -1);
}

// The weights of one direction from in[at] on, in libtorch's terms: transposed, and always with two
// biases, which in shikumi only a GRU has.
Tensors direction(const Tensors& in, std::size_t at, const Recurrence& how) {
    const auto ordered = [&](const Tensor& t) { return gates_in_order(t, how.cell); };
    Tensors all{ordered(in[at]).t(), ordered(in[at + 1]).t()};
    if (!how.bias) return all;
    const Tensor bias = ordered(in[at + 2]);
    const bool two = how.cell == Cell::gru;
    all.push_back(two ? bias[0] : bias);
    all.push_back(two ? bias[1] : at::zeros_like(bias));
    return all;
}

// Runs a layer on (batch, time, features), or on packed sequences if `sizes` is defined. Returns
// the outputs, then the last states (directions, batch, units).
Tensors run(const Recurrence& how, const Tensor& x, const Tensor& sizes, const Tensors& states,
            const Tensors& weights) {
    const bool both = how.bidirectional, packed = sizes.defined();
    if (how.cell == Cell::lstm) {
        const auto [y, h, c] =
            packed ? at::lstm(x, sizes, states, weights, how.bias, 1, 0, false, both)
                   : at::lstm(x, states, weights, how.bias, 1, 0, false, both, true);
        return {y, h, c};
    }
    const auto with = [&](auto along) {
        const auto [y, h] = along();
        return Tensors{y, h};
    };
    const Tensor& h = states[0];
    switch (how.cell) {
        case Cell::gru:
            return with([&] {
                return packed ? at::gru(x, sizes, h, weights, how.bias, 1, 0, false, both)
                              : at::gru(x, h, weights, how.bias, 1, 0, false, both, true);
            });
        case Cell::rnn_tanh:
            return with([&] {
                return packed ? at::rnn_tanh(x, sizes, h, weights, how.bias, 1, 0, false, both)
                              : at::rnn_tanh(x, h, weights, how.bias, 1, 0, false, both, true);
            });
        default:
            return with([&] {
                return packed ? at::rnn_relu(x, sizes, h, weights, how.bias, 1, 0, false, both)
                              : at::rnn_relu(x, h, weights, how.bias, 1, 0, false, both, true);
            });
    }
}

}  // namespace

Answer recurrence(const Question& q, const Recurrence& how) {
    return answer(q, [&](const Tensors& in, const Tensors& masks) -> Tensors {
        const std::size_t states = how.cell == Cell::lstm ? 2 : 1;
        const std::size_t first_weight = how.given_states ? 1 + states : 1;
        Tensors weights = direction(in, first_weight, how);
        if (how.bidirectional) {
            const Tensors back = direction(in, first_weight + (how.bias ? 3 : 2), how);
            weights.insert(weights.end(), back.begin(), back.end());
        }
        const std::int64_t batch = in[0].size(0), time = in[0].size(1);
        const std::int64_t directions = how.bidirectional ? 2 : 1;
        Tensors first;
        for (std::size_t s = 0; s < states; ++s)
            first.push_back(how.given_states
                                ? in[1 + s].unsqueeze(0)
                                : at::zeros({directions, batch, in[first_weight + 1].size(0)},
                                            in[0].options().requires_grad(false)));

        Tensor x = how.backwards ? in[0].flip(1) : in[0], sizes;
        if (!masks.empty())
            std::tie(x, sizes) = at::_pack_padded_sequence(x, masks[0].sum(1).to(at::kLong), true);
        const Tensors all = run(how, x, sizes, first, weights);

        const Tensor ends = all[1].movedim(0, 1).flatten(1);  // forward's next to backward's
        const Tensor each =
            sizes.defined() ? std::get<0>(at::_pad_packed_sequence(all[0], sizes, true, 0, time))
                            : all[0];
        Tensors outputs{how.sequences ? each : ends};
        for (std::int64_t d = 0; d < directions; ++d) {
            for (std::size_t s = 0; s < states; ++s) outputs.push_back(all[1 + s][d]);
        }
        return outputs;
    });
}

// ---- attention ----------------------------------------------------------------------------------

namespace {

// bool (…, queries, keys), true for a visible key; undefined if all are visible.
Tensor seen(const Tensors& masks, bool causal, std::int64_t queries, std::int64_t keys) {
    Tensor all = masks.empty() ? Tensor() : masks[0].to(at::kBool);
    if (!causal) return all;
    const Tensor before = at::ones({queries, keys}, at::kBool).tril();
    return all.defined() ? all.logical_and(before) : before;
}

Tensor mixed(const Tensor& query, const Tensor& key, const Tensor& value, const Tensors& masks,
             bool causal) {
    const Tensor mask = seen(masks, causal, query.size(-2), key.size(-2));
    return std::get<0>(at::_scaled_dot_product_attention(
        query, key, value, mask.defined() ? c10::optional<Tensor>(mask) : c10::nullopt));
}

}  // namespace

Answer scaled_dot_product_attention(const Question& q, bool causal) {
    return answer(q, [&](const Tensors& in, const Tensors& masks) -> Tensors {
        return {mixed(in[0], in[1], in[2], masks, causal)};
    });
}

// Its scores are not divided by the square root of the number of features.
Answer attention(const Question& q, bool causal) {
    return answer(q, [&](const Tensors& in, const Tensors& masks) -> Tensors {
        Tensor query = in[0] * std::sqrt(static_cast<double>(in[0].size(-1)));
        if (in.size() > 3) query = query * in[3];
        return {mixed(query, in[2], in[1], masks, causal)};
    });
}

// libtorch wants the time first, one matrix for all heads, and keys and values of the same size. It
// adds the same mask to the scores of all samples, so each sample is computed alone.
Answer multi_head_attention(const Question& q, std::int64_t heads, bool bias, bool causal) {
    return answer(q, [&](const Tensors& in, const Tensors& masks) -> Tensors {
        const auto weight = [&](std::size_t of, std::size_t part) {
            return in[3 + of * (bias ? 2 : 1) + part];
        };
        const auto projection = [&](std::size_t of) { return weight(of, 0).flatten(1).t(); };
        Tensor biases, last_bias;
        if (bias) {
            biases = at::stack({weight(0, 1), weight(1, 1), weight(2, 1)}).flatten();
            last_bias = weight(3, 1);
        }
        // The weights are those of query, key, value and output.
        auto options = torch::nn::functional::MultiheadAttentionForwardFuncOptions(
                           in[0].size(2), heads, {}, biases, {}, {}, false, 0,
                           weight(3, 0).flatten(0, 1).t(), last_bias)
                           .use_separate_proj_weight(true)
                           .q_proj_weight(projection(0))
                           .k_proj_weight(projection(1))
                           .v_proj_weight(projection(2));
        const Tensor mask = seen(masks, causal, in[0].size(1), in[2].size(1));
        Tensors samples;
        for (std::int64_t i = 0; i < in[0].size(0); ++i) {
            const auto sample = [&](const Tensor& x) { return x[i].unsqueeze(1); };
            if (mask.defined()) {
                const Tensor own = mask.dim() == 3 ? mask[i] : mask;
                options.attn_mask(
                    at::zeros(own.sizes(), at::kDouble)
                        .masked_fill(own.logical_not(), -std::numeric_limits<double>::infinity()));
            }
            samples.push_back(std::get<0>(torch::nn::functional::multi_head_attention_forward(
                                              sample(in[0]), sample(in[2]), sample(in[1]), options))
                                  .squeeze(1));
        }
        return {at::stack(samples)};
    });
}

}  // namespace peers
