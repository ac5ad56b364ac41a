#include <shikumi/nn/io/detail/torch_link.hpp>

#include <algorithm>
#include <array>
#include <numeric>
#include <span>
#include <string_view>
#include <utility>

#include <shikumi/autograd/core/config.hpp>
#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn::detail {

namespace {

using Links = std::vector<TorchLink>;
using Kind = TorchLink::Kind;

// ---- the layouts of single tensors --------------------------------------------------------------

Tensor in_blocks(const Tensor& x, const std::vector<int>& order) {
    if (order.empty()) return x;
    const std::vector<Tensor> blocks = split(x, static_cast<Index>(order.size()));
    std::vector<Tensor> ordered;
    for (const int block : order) ordered.push_back(blocks[static_cast<std::size_t>(block)]);
    return concatenate(ordered);
}

std::vector<int> inverse(const std::vector<int>& order) {
    std::vector<int> back(order.size());
    for (std::size_t i = 0; i < order.size(); ++i)
        back[static_cast<std::size_t>(order[i])] = static_cast<int>(i);
    return back;
}

Shape permuted(const Shape& shape, const std::vector<int>& axes) {
    std::vector<Index> sizes;
    for (const int axis : axes) sizes.push_back(shape[axis]);
    return Shape(std::span<const Index>(sizes));
}

Shape with_rows(const Shape& shape, Index factor) {
    Shape::Sizes sizes = shape.sizes();
    std::vector<Index> all(sizes.begin(), sizes.end());
    all.front() *= factor;
    return Shape(std::span<const Index>(all));
}

}  // namespace

Tensor TorchLink::laid_out(const Tensor& tensor, const Shape& to) const {
    Tensor x = in_blocks(tensor, blocks);
    if (!axes.empty()) x = transpose(reshape(x, unfolded), std::span<const int>(axes));
    return reshape(x, to);
}

Tensor TorchLink::laid_back(const Tensor& weight) const {
    Tensor x = weight;
    if (!axes.empty()) {
        const std::vector<int> back = inverse(axes);
        x = transpose(reshape(x, permuted(unfolded, axes)), std::span<const int>(back));
    }
    const auto parts =
        kind == Kind::each ? static_cast<Index>(std::max<std::size_t>(weights.size(), 1)) : 1;
    Shape::Sizes sizes = shape.sizes();
    std::vector<Index> part(sizes.begin(), sizes.end());
    if (!part.empty()) part.front() /= parts;
    return in_blocks(reshape(x, Shape(std::span<const Index>(part))), inverse(blocks));
}

std::vector<Tensor> TorchLink::weights_of(const std::vector<Tensor>& values) const {
    switch (kind) {
        case Kind::counter:
        case Kind::constant:
            return {};
        case Kind::sum: {
            Tensor total = values.front();
            for (std::size_t i = 1; i < values.size(); ++i) total = total + values[i];
            return {laid_out(total, weights[0].shape())};
        }
        case Kind::stack: {
            std::vector<Tensor> rows;
            for (const Tensor& value : values) rows.push_back(in_blocks(value, blocks));
            return {reshape(stack(rows), weights[0].shape())};
        }
        case Kind::each:
            break;
    }
    std::vector<Tensor> all;
    const std::vector<Tensor> parts =
        weights.size() == 1 ? values : split(values[0], static_cast<Index>(weights.size()));
    for (std::size_t i = 0; i < weights.size(); ++i)
        all.push_back(laid_out(parts[i], weights[i].shape()));
    return all;
}

std::vector<Tensor> TorchLink::tensors_of(const std::vector<Tensor>& values,
                                          const std::vector<Tensor>& before) const {
    if (kind != Kind::sum) return torch_slots_of(values);
    const Tensor total = laid_back(values[0]);
    std::vector<Tensor> all;
    if (before.empty()) {
        all.assign(tensors.size(), zeros_like(total));
        all.front() = total;
        return all;
    }
    Tensor sum_before = before.front();
    for (std::size_t i = 1; i < before.size(); ++i) sum_before = sum_before + before[i];
    const Tensor step = (total - sum_before) / static_cast<double>(before.size());
    for (const Tensor& term : before) all.push_back(term + step);
    return all;
}

std::vector<Tensor> TorchLink::slots_of(const std::vector<Tensor>& values) const {
    if (kind != Kind::sum) return weights_of(values);
    Tensor total = values.front();
    for (std::size_t i = 1; i < values.size(); ++i) total = total + values[i];
    return {laid_out(total / static_cast<double>(values.size()), weights[0].shape())};
}

std::vector<Tensor> TorchLink::torch_slots_of(const std::vector<Tensor>& values) const {
    switch (kind) {
        case Kind::counter:
        case Kind::constant:
            return {};
        case Kind::sum:
            return std::vector<Tensor>(tensors.size(), laid_back(values[0]));
        case Kind::stack: {
            std::vector<Tensor> rows;
            const std::vector<int> back = inverse(blocks);
            const Shape all_rows = with_rows(shape, static_cast<Index>(tensors.size()));
            for (const Tensor& row :
                 split(reshape(values[0], all_rows), static_cast<Index>(tensors.size())))
                rows.push_back(in_blocks(row, back));
            return rows;
        }
        case Kind::each:
            break;
    }
    std::vector<Tensor> parts;
    for (const Tensor& value : values) parts.push_back(laid_back(value));
    return {parts.size() == 1 ? parts[0] : concatenate(parts)};
}

// ---- the table ----------------------------------------------------------------------------------

namespace {

[[noreturn]] void refuse(const Layer& layer, std::string_view why) {
    fail<ValueError>("torch", "the layer '", layer.name(), "' (", layer.class_name(),
                     ") has no counterpart in PyTorch: ", why);
}

// The weight whose name ends so; one that is undefined where there is none.
Parameter weight(const Layer& layer, std::string_view name) {
    for (const Parameter& w : layer.weights()) {
        const std::string_view full = w.name();
        if (full.ends_with(name) &&
            (full.size() == name.size() || full[full.size() - name.size() - 1] == '/'))
            return w;
    }
    return {};
}

// A tensor of the weight's own layout.
void add_plain(Links& links, const char* name, const Parameter& w) {
    if (w.defined()) links.push_back({.tensors = {name}, .weights = {w}, .shape = w.shape()});
}

// (n, …) of one kind and another: the axes that lead from the first to the last.
std::vector<int> axes_from_to(int rank, int first, int count) {
    std::vector<int> axes(static_cast<std::size_t>(count));
    std::iota(axes.begin(), axes.end(), first);
    while (static_cast<int>(axes.size()) < rank)
        axes.push_back(rank - 1 - static_cast<int>(axes.size()));
    return axes;
}

Shape shape_of(std::vector<Index> sizes) { return Shape(std::span<const Index>(sizes)); }

// A sample with its channels, which come last, first.
std::vector<Index> channels_first(const Shape& sample) {
    const Shape::Sizes sizes = sample.sizes();
    std::vector<Index> all(sizes.begin(), sizes.end());
    std::rotate(all.rbegin(), all.rbegin() + 1, all.rend());
    return all;
}

// Linear: (in, out) is (out, in) there.
void add_linear(Links& links, const char* name, const Parameter& kernel, const Shape& sample) {
    const Index in = kernel.shape()[0], out = kernel.shape()[1];
    TorchLink link{.tensors = {name}, .weights = {kernel}, .shape = {out, in}};
    if (sample.size() == in && sample.rank() > 1) {
        std::vector<Index> sizes = channels_first(sample);
        sizes.insert(sizes.begin(), out);
        link.unfolded = shape_of(sizes);
        link.axes = axes_from_to(sample.rank() + 1, 2, sample.rank() - 1);  // …, then 1 and 0
    } else {
        link.unfolded = link.shape;
        link.axes = {1, 0};
    }
    links.push_back(std::move(link));
}

Links linear(const Layer& layer, const Shape& sample) {
    Links links;
    add_linear(links, "weight", weight(layer, "kernel"), sample);
    add_plain(links, "bias", weight(layer, "bias"));
    return links;
}

// A convolution, transposed or not: (k…, in, out) is (out, in, k…) there.
void add_convolution(Links& links, const char* name, const Parameter& kernel) {
    const Shape& ours = kernel.shape();
    const int rank = ours.rank();
    std::vector<Index> sizes{ours[rank - 1], ours[rank - 2]};
    for (int axis = 0; axis < rank - 2; ++axis) sizes.push_back(ours[axis]);
    const Shape theirs = shape_of(sizes);
    links.push_back({.tensors = {name},
                     .weights = {kernel},
                     .shape = theirs,
                     .unfolded = theirs,
                     .axes = axes_from_to(rank, 2, rank - 2)});
}

// (k…, channels, m) is (channels·m, 1, k…) there.
void add_depthwise(Links& links, const char* name, const Parameter& kernel) {
    const Shape& ours = kernel.shape();
    const int rank = ours.rank();
    std::vector<Index> theirs{ours[rank - 2] * ours[rank - 1], 1},
        unfolded{ours[rank - 2], ours[rank - 1]};
    for (int axis = 0; axis < rank - 2; ++axis) {
        theirs.push_back(ours[axis]);
        unfolded.push_back(ours[axis]);
    }
    std::vector<int> axes(static_cast<std::size_t>(rank - 2));
    std::iota(axes.begin(), axes.end(), 2);
    axes.insert(axes.end(), {0, 1});
    links.push_back({.tensors = {name},
                     .weights = {kernel},
                     .shape = shape_of(theirs),
                     .unfolded = shape_of(unfolded),
                     .axes = axes});
}

Links convolution(const Layer& layer, const Shape&) {
    Links links;
    add_convolution(links, "weight", weight(layer, "kernel"));
    add_plain(links, "bias", weight(layer, "bias"));
    return links;
}

Links depthwise(const Layer& layer, const Shape&) {
    Links links;
    add_depthwise(links, "weight", layer.weights().at(0));
    add_plain(links, "bias", weight(layer, "bias"));
    return links;
}

// Two modules there, by custom called so.
Links separable(const Layer& layer, const Shape&) {
    Links links;
    add_depthwise(links, "depthwise.weight", weight(layer, "depthwise_kernel"));
    add_convolution(links, "pointwise.weight", weight(layer, "pointwise_kernel"));
    add_plain(links, "pointwise.bias", weight(layer, "bias"));
    return links;
}

Links embedding(const Layer& layer, const Shape&) {
    Links links;
    add_plain(links, "weight", weight(layer, "embeddings"));
    return links;
}

// A weight for each feature, which lie channels first there where a sample was flattened, or where
// the features are all of a sample.
void add_features(Links& links, const char* name, const Parameter& w, const Shape& sample) {
    if (!w.defined()) return;
    add_plain(links, name, w);
    if (sample.size() != w.size() || sample.rank() < 2) return;
    TorchLink& link = links.back();
    link.unfolded = shape_of(channels_first(sample));
    link.shape = w.shape().rank() == 1 ? w.shape() : link.unfolded;
    link.axes = axes_from_to(sample.rank(), 1, sample.rank() - 1);
}

// What PyTorch's module has beside the one of gamma and beta that the layer has. LayerNorm alone
// can do without a bias.
void add_missing_half(Links& links, const Layer& layer) {
    if (links.size() != 1) return;
    const bool scales = weight(layer, "gamma").defined();
    if (scales && layer.class_name() == "LayerNormalization") return;
    links.push_back({.kind = Kind::constant,
                     .tensors = {scales ? "bias" : "weight"},
                     .weights = {},
                     .shape = links[0].shape,
                     .value = scales ? 0.0 : 1.0});
}

Links normalization(const Layer& layer, const Shape& sample) {
    Links links;
    add_features(links, "weight", weight(layer, "gamma"), sample);
    add_features(links, "bias", weight(layer, "beta"), sample);
    add_missing_half(links, layer);
    add_features(links, "running_mean", weight(layer, "moving_mean"), sample);
    add_features(links, "running_var", weight(layer, "moving_variance"), sample);
    if (layer.class_name() == "BatchNormalization")
        links.push_back({.kind = Kind::counter, .tensors = {"num_batches_tracked"}, .weights = {}});
    return links;
}

Links rms_normalization(const Layer& layer, const Shape&) {
    Links links;
    add_plain(links, "weight", weight(layer, "scale"));
    return links;
}

Links prelu(const Layer& layer, const Shape& sample) {
    Links links;
    const Parameter alpha = weight(layer, "alpha");
    if (alpha.shape().back() != alpha.size())
        refuse(layer, "PyTorch's PReLU has a number for each channel, or one for all");
    add_features(links, "weight", alpha, sample);
    links.back().shape = {alpha.size()};
    return links;
}

// Gates of ours by those of PyTorch: LSTM has i f g o, as here; GRU r z n, here z r n.
std::vector<int> gates_of(std::string_view cell) {
    return cell == "GRU" ? std::vector<int>{1, 0, 2} : std::vector<int>{};
}

// PyTorch's cells have tanh and sigmoid alone, its RNN relu, too.
void check_activations(const Layer& layer, std::string_view cell) {
    const std::vector<Layer*> inner = layer.inner_layers();
    const Config config = (inner.size() == 1 ? *inner[0] : layer).get_config();
    const auto is_one_of = [&](const char* name, std::initializer_list<std::string_view> known) {
        const Config* const found = config.find(name);
        return !found || (found->text() && std::ranges::find(known, *found->text()) != known.end());
    };
    const bool simple = cell == "SimpleRNN" && is_one_of("activation", {"tanh", "relu"});
    if (!simple &&
        !(is_one_of("activation", {"tanh"}) && is_one_of("recurrent_activation", {"sigmoid"})))
        refuse(layer, "PyTorch's has no other activations than tanh and sigmoid");
}

void add_recurrent(Links& links, const Layer& layer, std::string_view cell,
                   const std::string& suffix) {
    check_activations(layer, cell);
    const std::vector<int> gates = gates_of(cell);
    const auto add = [&](const char* name, const Parameter& w) {
        const Shape theirs{w.shape()[1], w.shape()[0]};
        links.push_back({.tensors = {name + suffix},
                         .weights = {w},
                         .shape = theirs,
                         .blocks = gates,
                         .unfolded = theirs,
                         .axes = {1, 0}});
    };
    add("weight_ih", weight(layer, "kernel"));
    add("weight_hh", weight(layer, "recurrent_kernel"));
    const Parameter bias = weight(layer, "bias");
    if (!bias.defined()) return;
    if (cell == "GRU" && bias.shape().rank() != 2)
        refuse(layer, "PyTorch's GRU is Keras's with reset_after");
    links.push_back({.kind = cell == "GRU" ? Kind::stack : Kind::sum,
                     .tensors = {"bias_ih" + suffix, "bias_hh" + suffix},
                     .weights = {bias},
                     .shape = {bias.shape().back()},
                     .blocks = gates});
}

// "LSTM" for LSTM, LSTMCell, and an RNN of LSTMCell.
std::string cell_of(const Layer& layer) {
    std::string name = layer.class_name();
    const std::vector<Layer*> inner = layer.inner_layers();
    if (name == "RNN" && inner.size() == 1) name = inner[0]->class_name();
    if (name.ends_with("Cell")) name.resize(name.size() - 4);
    if (name != "LSTM" && name != "GRU" && name != "SimpleRNN")
        refuse(layer, "its cell is none of PyTorch's");
    return name;
}

Links recurrent(const Layer& layer, const Shape&) {
    Links links;
    const std::string cell = cell_of(layer);
    if (cell == "GRU") {
        const Config config = layer.get_config();
        const Config* const after = config.find("reset_after");
        if (after && after->boolean() && !*after->boolean())
            refuse(layer, "PyTorch's GRU is Keras's with reset_after");
    }
    add_recurrent(links, layer, cell, "");
    return links;
}

Links bidirectional(const Layer& layer, const Shape&) {
    const std::vector<Layer*> inner = layer.inner_layers();
    if (inner.size() != 2) refuse(layer, "it has no layer for each direction");
    Links links;
    add_recurrent(links, *inner[0], cell_of(*inner[0]), "");
    add_recurrent(links, *inner[1], cell_of(*inner[1]), "_reverse");
    return links;
}

// (features, heads, dim) is (heads·dim, features) there.
TorchLink projection(std::string name, std::vector<Parameter> kernels) {
    const Shape& ours = kernels[0].shape();
    const Shape one{ours[1] * ours[2], ours[0]};
    const Shape all{one[0] * static_cast<Index>(kernels.size()), one[1]};
    return {.tensors = {std::move(name)},
            .weights = std::move(kernels),
            .shape = all,
            .unfolded = one,
            .axes = {1, 0}};
}

Links attention(const Layer& layer, const Shape&) {
    const std::array kernels{weight(layer, "query/kernel"), weight(layer, "key/kernel"),
                             weight(layer, "value/kernel")};
    const Parameter out = weight(layer, "attention_output/kernel");
    const Shape& query = kernels[0].shape();
    const Index features = query[1] * query[2];
    if (query[0] != features || kernels[1].shape()[1] * kernels[1].shape()[2] != features ||
        kernels[2].shape()[1] * kernels[2].shape()[2] != features ||
        out.shape() != Shape{query[1], query[2], features})
        refuse(layer, "its heads don't make up the features of its input and output");
    Links links;
    if (kernels[1].shape() == query && kernels[2].shape() == query) {
        links.push_back(projection("in_proj_weight", {kernels[0], kernels[1], kernels[2]}));
    } else {
        links.push_back(projection("q_proj_weight", {kernels[0]}));
        links.push_back(projection("k_proj_weight", {kernels[1]}));
        links.push_back(projection("v_proj_weight", {kernels[2]}));
    }
    const Parameter bias = weight(layer, "query/bias");
    if (bias.defined())
        links.push_back({.tensors = {"in_proj_bias"},
                         .weights = {bias, weight(layer, "key/bias"), weight(layer, "value/bias")},
                         .shape = {3 * features}});
    links.push_back({.tensors = {"out_proj.weight"},
                     .weights = {out},
                     .shape = {features, features},
                     .unfolded = {features, features},
                     .axes = {1, 0}});
    if (bias.defined()) add_plain(links, "out_proj.bias", weight(layer, "attention_output/bias"));
    return links;
}

struct Row {
    std::string_view class_name;
    Links (*links)(const Layer& layer, const Shape& sample);
};

constexpr Row table[] = {{"Dense", linear},
                         {"Embedding", embedding},
                         {"Conv1D", convolution},
                         {"Conv2D", convolution},
                         {"Conv3D", convolution},
                         {"Conv1DTranspose", convolution},
                         {"Conv2DTranspose", convolution},
                         {"Conv3DTranspose", convolution},
                         {"DepthwiseConv1D", depthwise},
                         {"DepthwiseConv2D", depthwise},
                         {"SeparableConv1D", separable},
                         {"SeparableConv2D", separable},
                         {"BatchNormalization", normalization},
                         {"LayerNormalization", normalization},
                         {"GroupNormalization", normalization},
                         {"RMSNormalization", rms_normalization},
                         {"PReLU", prelu},
                         {"LSTM", recurrent},
                         {"GRU", recurrent},
                         {"SimpleRNN", recurrent},
                         {"RNN", recurrent},
                         {"LSTMCell", recurrent},
                         {"GRUCell", recurrent},
                         {"SimpleRNNCell", recurrent},
                         {"Bidirectional", bidirectional},
                         {"MultiHeadAttention", attention}};

const Row* row_of(const Layer& layer) {
    const std::string name = layer.class_name();
    const auto found = std::ranges::find(table, name, &Row::class_name);
    return found == std::end(table) ? nullptr : found;
}

}  // namespace

bool has_torch_links(const Layer& layer) { return row_of(layer) != nullptr; }

std::vector<TorchLink> torch_links(const Layer& layer, const Shape& sample) {
    const std::vector<Parameter> weights = layer.weights();
    if (weights.empty()) return {};
    const Row* const row = row_of(layer);
    if (!row) refuse(layer, "no module of PyTorch keeps such weights");
    Links links = row->links(layer, sample);
    std::size_t linked = 0;
    for (const TorchLink& link : links) linked += link.weights.size();
    if (linked != weights.size()) refuse(layer, "it has weights that PyTorch's module lacks");
    return links;
}

}  // namespace shikumi::nn::detail
