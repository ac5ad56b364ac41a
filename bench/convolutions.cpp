// Times f32 convolutions of real layers on one thread and prints a Markdown table in milliseconds:
// ours / oneDNN's in the layouts that it prefers / oneDNN's on arrays in our layout (channels
// last), the faster of reordering them and computing on them directly.
#include <omp.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <iomanip>
#include <iostream>
#include <limits>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <oneapi/dnnl/dnnl.hpp>
#include <shikumi/autograd/kernels/convolution.hpp>
#include <shikumi/autograd/kernels/denormals.hpp>
#include <shikumi/autograd/kernels/threads.hpp>
#include <shikumi/autograd/ops/ops.hpp>

#include "common/beside.hpp"

using namespace shikumi;
using dnnl::memory;

namespace {

struct Layer {
    const char* of;
    Index images, side, in, out, window = 3, stride = 1;
    bool same = true;

    Index padding() const { return same ? window / 2 : 0; }
    Index places() const { return (side + 2 * padding() - window) / stride + 1; }
    std::string name() const {
        const auto text = [](Index i) { return std::to_string(i); };
        return std::string(of) + ' ' + text(images) + " x " + text(side) + "², " + text(in) +
               " → " + text(out) + ", " + text(window) + 'x' + text(window) +
               (stride > 1 ? "/" + text(stride) : "");
    }
};

constexpr Layer kLayers[]{
    {"w4", 128, 28, 1, 32, 3, 1, false},
    {"w4", 128, 13, 32, 64, 3, 1, false},
    {"w7", 8, 32, 3, 64},
    {"w7", 8, 32, 64, 64},
    {"w7", 8, 16, 64, 128},
    {"w7", 8, 16, 128, 128},
    {"w7", 8, 8, 128, 256},
    {"w7", 8, 8, 256, 256},
    {"w7", 8, 4, 256, 512},
    {"w7", 8, 4, 512, 512},
    {"w7", 8, 2, 512, 512},
    {"resnet", 8, 64, 3, 64, 7, 2},
    {"resnet", 8, 32, 64, 128, 3, 2},
    {"resnet", 32, 8, 256, 512, 3, 2},
    {"vgg", 1, 224, 64, 64},
};

enum class Part { forward, input_gradient, filter_gradient };

std::vector<float> drawn(Index size) {
    Generator rng(1);
    return random_uniform({size}, rng, -0.5, 0.5).to_vector<float>();
}

// The three arrays of a layer, in our layout.
struct Arrays {
    explicit Arrays(const Layer& layer)
        : l(layer),
          x(drawn(l.images * l.side * l.side * l.in)),
          w(drawn(l.window * l.window * l.in * l.out)),
          y(drawn(l.images * l.places() * l.places() * l.out)) {}

    void convolve(Part part) {
        const Index pad = l.padding();
        const kernels::Window window{{1, l.window, l.window},
                                     {1, l.stride, l.stride},
                                     {1, 1, 1},
                                     {0, pad, pad},
                                     {0, pad, pad}};
        const Spec sx{{l.images, l.side, l.side, l.in}}, sw{{l.window, l.window, l.in, l.out}},
            sy{{l.images, l.places(), l.places(), l.out}};
        if (part == Part::forward)
            kernels::convolve(window, 1, {x.data(), sx}, {w.data(), sw}, {y.data(), sy});
        else if (part == Part::input_gradient)
            kernels::convolve_back(window, 1, {y.data(), sy}, {w.data(), sw}, {x.data(), sx});
        else
            kernels::correlate(window, 1, {x.data(), sx}, {y.data(), sy}, {w.data(), sw});
    }

    Layer l;
    std::vector<float> x, w, y;
};

enum class Layout { own, from_ours, as_ours };

// oneDNN's computation of one part of a layer, with all primitives and memories ready.
class OneDnn {
public:
    OneDnn(Arrays& arrays, Part part, Layout layout) {
        const Layer& l = arrays.l;
        using Tag = memory::format_tag;
        const auto desc = [](const memory::dims& sizes, Tag tag) {
            return memory::desc(sizes, memory::data_type::f32, tag);
        };
        const memory::dims sx{l.images, l.in, l.side, l.side}, sw{l.out, l.in, l.window, l.window},
            sy{l.images, l.out, l.places(), l.places()};
        const Tag pixels = layout == Layout::as_ours ? Tag::nhwc : Tag::any;
        const memory::desc x = desc(sx, pixels), w = desc(sw, Tag::any), y = desc(sy, pixels);
        const memory::dims strides{l.stride, l.stride}, before{l.padding(), l.padding()};
        memory::dims after = before;  // only as much as the last window position needs
        for (auto& a : after) a = (l.places() - 1) * l.stride + l.window - l.side - l.padding();
        const auto how = dnnl::algorithm::convolution_direct;
        const dnnl::convolution_forward::primitive_desc forward(
            {dnnl::prop_kind::forward_training, how, x, w, y, strides, before, after}, engine_);
        if (part == Part::forward) {
            prepare<dnnl::convolution_forward>(forward, forward.src_desc(), forward.weights_desc(),
                                               forward.dst_desc());
        } else if (part == Part::input_gradient) {
            const dnnl::convolution_backward_data::primitive_desc back(
                {how, x, w, y, strides, before, after}, engine_, forward);
            prepare<dnnl::convolution_backward_data>(back, back.diff_src_desc(),
                                                     back.weights_desc(), back.diff_dst_desc());
        } else {
            const dnnl::convolution_backward_weights::primitive_desc back(
                {how, x, w, y, strides, before, after}, engine_, forward);
            prepare<dnnl::convolution_backward_weights>(
                back, back.src_desc(), back.diff_weights_desc(), back.diff_dst_desc());
        }
        const bool gradient_x = part == Part::input_gradient,
                   gradient_w = part == Part::filter_gradient;
        const std::unordered_map<int, memory> arguments{
            {gradient_x ? DNNL_ARG_DIFF_SRC : DNNL_ARG_SRC, x_},
            {gradient_w ? DNNL_ARG_DIFF_WEIGHTS : DNNL_ARG_WEIGHTS, w_},
            {part == Part::forward ? DNNL_ARG_DST : DNNL_ARG_DIFF_DST, y_}};
        const auto convolve = [this, arguments] { primitive_.execute(stream_, arguments); };
        if (layout == Layout::own) {
            steps_ = {convolve};
            return;
        }
        struct Argument {
            memory& theirs;
            memory ours;
            bool result;
        };
        for (const Argument& a :
             {Argument{x_, memory(desc(sx, Tag::nhwc), engine_, arrays.x.data()), gradient_x},
              Argument{w_, memory(desc(sw, Tag::hwio), engine_, arrays.w.data()), gradient_w},
              Argument{y_, memory(desc(sy, Tag::nhwc), engine_, arrays.y.data()),
                       part == Part::forward}}) {
            if (a.theirs.get_desc() == a.ours.get_desc()) continue;
            (a.result ? results_ : steps_)
                .push_back([from = a.result ? a.theirs : a.ours, to = a.result ? a.ours : a.theirs,
                            reorder = a.result ? dnnl::reorder(a.theirs, a.ours)
                                               : dnnl::reorder(a.ours, a.theirs)]() mutable {
                    reorder.execute(stream_, from, to);
                });
        }
        steps_.push_back(convolve);
        steps_.insert(steps_.end(), results_.begin(), results_.end());
    }

    void run() const {
        for (const auto& step : steps_) step();
    }

private:
    template <class Primitive>
    void prepare(const typename Primitive::primitive_desc& chosen, const memory::desc& x,
                 const memory::desc& w, const memory::desc& y) {
        primitive_ = Primitive(chosen);
        const auto filled = [](const memory::desc& desc) {
            memory m(desc, engine_);
            const std::vector<float> values = drawn(static_cast<Index>(desc.get_size() / 4));
            std::copy(values.begin(), values.end(), static_cast<float*>(m.get_data_handle()));
            return m;
        };
        x_ = filled(x);
        w_ = filled(w);
        y_ = filled(y);
    }

    static inline dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
    static inline dnnl::stream stream_{engine_};
    dnnl::primitive primitive_;
    memory x_, w_, y_;
    std::vector<std::function<void()>> steps_, results_;
};

// The shortest time of each way in milliseconds; the ways run in turn.
std::vector<double> compare(const std::vector<std::function<void()>>& ways) {
    std::vector<double> best(ways.size(), std::numeric_limits<double>::infinity());
    double spent = 0;
    for (int round = 0; round < 5 || (spent < 1.5 && round < 200); ++round) {
        for (std::size_t i = 0; i < ways.size(); ++i) {
            const double took = bench::seconds(ways[i]);
            best[i] = std::min(best[i], took * 1e3);
            spent += took;
        }
    }
    return best;
}

}  // namespace

int main() {
    set_num_threads(1);
    omp_set_num_threads(1);
    const kernels::FlushDenormals flush;
    std::cout << "| layer | forward | input gradient | filter gradient |\n|---|---:|---:|---:|\n"
              << std::fixed << std::setprecision(2);
    for (const Layer& layer : kLayers) {
        std::cout << "| " << layer.name();
        for (const Part part : {Part::forward, Part::input_gradient, Part::filter_gradient}) {
            std::cout << " | ";
            if (part == Part::input_gradient && layer.in <= 3) continue;  // the first layer
            Arrays arrays(layer);
            const OneDnn own(arrays, part, Layout::own), from_ours(arrays, part, Layout::from_ours),
                as_ours(arrays, part, Layout::as_ours);
            const auto ms = compare({[&] { arrays.convolve(part); }, [&] { own.run(); },
                                     [&] { from_ours.run(); }, [&] { as_ours.run(); }});
            std::cout << ms[0] << " / " << ms[1] << " / " << std::min(ms[2], ms[3]) << std::flush;
        }
        std::cout << " |\n";
    }
}
