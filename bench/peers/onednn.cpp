// Times oneDNN's primitives for the heavy layers of a training step, each in the layout that it
// prefers, without the reorders between them. This is a lower bound for convolutions, not a whole
// training step.
#include <oneapi/dnnl/dnnl.hpp>

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "program.hpp"

namespace {

using namespace dnnl;
using Desc = memory::desc;

constexpr std::string_view kUsage = "w3 w4 w5 w7, hello";

// Primitives with their arguments, run in the order of their addition.
class Layers {
public:
    // Each adds the forward pass, the gradient of the weights and, except in the first layer, the
    // gradient of the input.
    void dense(int batch, int in, int out, bool first = false) {
        const Desc x = any({batch, in}), w = any({out, in}), b = vector(out), y = any({batch, out});
        const inner_product_forward::primitive_desc forward(
            {prop_kind::forward_training, x, w, b, y}, engine_);
        add<inner_product_forward>(forward,
                                   {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_BIAS, DNNL_ARG_DST});
        const inner_product_backward_weights::primitive_desc weights({x, w, b, y}, engine_,
                                                                     forward);
        add<inner_product_backward_weights>(weights, kWeightGradient);
        if (first) return;
        const inner_product_backward_data::primitive_desc data({x, w, y}, engine_, forward);
        add<inner_product_backward_data>(data, kInputGradient);
    }

    void convolution(int images, int in, int out, int side, int padding, bool first = false) {
        const int places = side + 2 * padding - 2;
        const Desc x = any({images, in, side, side}), w = any({out, in, 3, 3}), b = vector(out),
                   y = any({images, out, places, places});
        const memory::dims strides{1, 1}, pads{padding, padding};
        const auto how = algorithm::convolution_direct;
        const convolution_forward::primitive_desc forward(
            {prop_kind::forward_training, how, x, w, b, y, strides, pads, pads}, engine_);
        add<convolution_forward>(forward, kForward);
        const convolution_backward_weights::primitive_desc weights(
            {how, x, w, b, y, strides, pads, pads}, engine_, forward);
        add<convolution_backward_weights>(weights, kWeightGradient);
        if (first) return;
        const convolution_backward_data::primitive_desc data({how, x, w, y, strides, pads, pads},
                                                             engine_, forward);
        add<convolution_backward_data>(data, kInputGradient);
    }

    void lstm(int steps, int batch, int in, int units) {
        const auto to_right = rnn_direction::unidirectional_left2right;
        const Desc x = any({steps, batch, in}), state = any({1, 1, batch, units}),
                   w = any({1, 1, in, 4, units}), u = any({1, 1, units, 4, units}),
                   b = any({1, 1, 4, units}), y = any({steps, batch, units});
        const lstm_forward::primitive_desc forward(
            {prop_kind::forward_training, to_right, x, state, state, w, u, b, y, state, state},
            engine_);
        const std::vector<int> forward_arguments{
            DNNL_ARG_SRC_LAYER,    DNNL_ARG_SRC_ITER, DNNL_ARG_SRC_ITER_C, DNNL_ARG_WEIGHTS_LAYER,
            DNNL_ARG_WEIGHTS_ITER, DNNL_ARG_BIAS,     DNNL_ARG_DST_LAYER,  DNNL_ARG_DST_ITER,
            DNNL_ARG_DST_ITER_C,   DNNL_ARG_WORKSPACE};
        Arguments& tape = add<lstm_forward>(forward, forward_arguments);
        const lstm_backward::primitive_desc backward({prop_kind::backward,
                                                      to_right,
                                                      x,
                                                      state,
                                                      state,
                                                      w,
                                                      u,
                                                      b,
                                                      y,
                                                      state,
                                                      state,
                                                      x,
                                                      state,
                                                      state,
                                                      w,
                                                      u,
                                                      b,
                                                      y,
                                                      state,
                                                      state},
                                                     engine_, forward);
        const Arguments shared = tape;  // a copy, since add() may move the elements
        Arguments& arguments = add<lstm_backward>(
            backward, {DNNL_ARG_WEIGHTS_LAYER, DNNL_ARG_WEIGHTS_ITER, DNNL_ARG_DIFF_SRC_LAYER,
                       DNNL_ARG_DIFF_SRC_ITER, DNNL_ARG_DIFF_SRC_ITER_C,
                       DNNL_ARG_DIFF_WEIGHTS_LAYER, DNNL_ARG_DIFF_WEIGHTS_ITER, DNNL_ARG_DIFF_BIAS,
                       DNNL_ARG_DIFF_DST_LAYER, DNNL_ARG_DIFF_DST_ITER, DNNL_ARG_DIFF_DST_ITER_C});
        arguments.insert(shared.begin(), shared.end());  // the weights keep backward's layout
    }

    void run() {
        for (auto& [primitive, arguments] : calls_) primitive.execute(stream_, arguments);
        stream_.wait();
    }

private:
    using Arguments = std::unordered_map<int, memory>;
    static inline const std::vector<int> kForward{DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_BIAS,
                                                  DNNL_ARG_DST};
    static inline const std::vector<int> kWeightGradient{DNNL_ARG_SRC, DNNL_ARG_DIFF_DST,
                                                         DNNL_ARG_DIFF_WEIGHTS, DNNL_ARG_DIFF_BIAS};
    static inline const std::vector<int> kInputGradient{DNNL_ARG_DIFF_DST, DNNL_ARG_WEIGHTS,
                                                        DNNL_ARG_DIFF_SRC};

    static Desc any(const memory::dims& sizes) {
        return {sizes, memory::data_type::f32, memory::format_tag::any};
    }
    static Desc vector(int size) { return {{size}, memory::data_type::f32, memory::format_tag::x}; }

    // Adds a primitive with arguments in the layouts that it has chosen.
    template <class Primitive>
    Arguments& add(const typename Primitive::primitive_desc& chosen,
                   const std::vector<int>& names) {
        Arguments arguments;
        for (const int name : names) {
            const Desc desc = chosen.query_md(query::exec_arg_md, name);
            arguments.emplace(name, filled(desc));
        }
        calls_.emplace_back(Primitive(chosen), std::move(arguments));
        return calls_.back().second;
    }
    memory filled(const Desc& desc) {
        memory m(desc, engine_);
        auto* values = static_cast<float*>(m.get_data_handle());
        for (std::size_t i = 0; i < desc.get_size() / sizeof(float); ++i) {
            bits_ = bits_ * 1664525 + 1013904223;
            values[i] = (static_cast<float>(bits_ >> 8) / 0x1p24F - 0.5F) * 0.1F;
        }
        return m;
    }

    engine engine_{engine::kind::cpu, 0};
    stream stream_{engine_};
    std::vector<std::pair<primitive, Arguments>> calls_;
    std::uint32_t bits_ = 1;
};

}  // namespace

int main(int argc, char** argv) {
    const bench::Program program(argc, argv, kUsage, bench::ThreadsBy::environment);
    const std::string_view w = program.workload();
    Layers layers;
    if (w == "hello") {
        layers.dense(2, 2, 2);
        layers.run();
        program.report_first();
        return 0;
    }
    if (w == "w3") {
        layers.dense(128, 784, 512, true);
        layers.dense(128, 512, 512);
        layers.dense(128, 512, 10);
    } else if (w == "w4") {
        layers.convolution(128, 1, 32, 28, 0, true);
        layers.convolution(128, 32, 64, 13, 0);
        layers.dense(128, 1600, 10);
    } else if (w == "w5") {
        layers.lstm(28, 64, 28, 128);
        layers.dense(64, 128, 10);
    } else if (w == "w7") {
        int in = 3, side = 32;
        for (const auto& [filters, count] :
             {std::pair{64, 2}, {128, 2}, {256, 3}, {512, 3}, {512, 3}}) {
            for (int i = 0; i < count; ++i) {
                layers.convolution(8, in, filters, side, 1, in == 3);
                in = filters;
            }
            side /= 2;
        }
        layers.dense(8, 512, 512);
        layers.dense(8, 512, 10);
    } else {
        program.refuse();
    }
    program.run([&] { layers.run(); });
}
