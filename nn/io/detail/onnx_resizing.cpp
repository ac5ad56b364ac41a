// Other sizes by interpolation, one axis after the other.
#include <algorithm>
#include <cmath>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/io/detail/onnx_operators.hpp>

namespace shikumi::nn::detail {

namespace {

using Outputs = std::vector<Tensor>;
using Call = OnnxCall;

// How one axis is resized.
struct Axis {
    Index in, out;
    double scale;
};

struct Rules {
    std::string mode;         // "nearest", "linear" or "cubic"
    std::string coordinates;  // "half_pixel", …
    std::string nearest;      // "round_prefer_floor", …
    double cubic = -0.75;
    bool exclude_outside = false;
};

// Where output place i lies among the input's.
double source(const Call& call, const Rules& rules, const Axis& axis, Index i) {
    const auto at = static_cast<double>(i);
    const auto in = static_cast<double>(axis.in), out = static_cast<double>(axis.out);
    const std::string& how = rules.coordinates;
    if (how == "asymmetric") return at / axis.scale;
    // By the scale, where that says no whole size: as ONNX's own tests have it.
    if (how == "align_corners") return axis.out == 1 ? 0 : at * (in - 1) / (axis.scale * in - 1);
    if (how == "half_pixel") return (at + 0.5) / axis.scale - 0.5;
    if (how == "pytorch_half_pixel") return axis.out > 1 ? (at + 0.5) / axis.scale - 0.5 : 0;
    if (how == "half_pixel_symmetric") {
        const double adjustment = out / (axis.scale * in);
        const double offset = in / 2 * (1 - adjustment);
        return offset + (at + 0.5) / axis.scale - 0.5;
    }
    call.want("coordinate_transformation_mode", "half_pixel");
    return 0;
}

double nearest(const Call& call, const Rules& rules, double x) {
    if (rules.nearest == "round_prefer_floor") return std::ceil(x - 0.5);
    if (rules.nearest == "round_prefer_ceil") return std::floor(x + 0.5);
    if (rules.nearest == "floor") return std::floor(x);
    if (rules.nearest != "ceil") call.want("nearest_mode", "floor");
    return std::ceil(x);
}

// Keys's cubic: R. Keys, IEEE Transactions on Acoustics, Speech, and Signal Processing 29, 1981.
double cubic(double a, double t) {
    t = std::abs(t);
    if (t <= 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
    return t < 2 ? ((t - 5) * t + 8) * a * t - 4 * a : 0;
}

// Each output place as a sum of input places times weights: tap k of all places together.
struct Taps {
    std::vector<std::vector<std::int64_t>> places;
    std::vector<std::vector<float>> weights;
};

Taps taps_of(const Call& call, const Rules& rules, const Axis& axis) {
    call.check_count(axis.out);
    const int count = rules.mode == "nearest" ? 1 : rules.mode == "linear" ? 2 : 4;
    Taps taps{std::vector<std::vector<std::int64_t>>(static_cast<std::size_t>(count)),
              std::vector<std::vector<float>>(static_cast<std::size_t>(count))};
    for (Index i = 0; i < axis.out; ++i) {
        const double x = source(call, rules, axis, i);
        const double first = count == 1   ? nearest(call, rules, x)
                             : count == 2 ? std::floor(x)
                                          : std::floor(x) - 1;
        std::vector<double> weights;
        double sum = 0;
        for (int k = 0; k < count; ++k) {
            const double distance = x - (first + k);
            double w = count == 1   ? 1
                       : count == 2 ? 1 - std::abs(distance)
                                    : cubic(rules.cubic, distance);
            const bool outside = first + k < 0 || first + k > static_cast<double>(axis.in - 1);
            if (rules.exclude_outside && outside) w = 0;
            weights.push_back(w);
            sum += w;
        }
        for (int k = 0; k < count; ++k) {
            const auto j = static_cast<std::size_t>(k);
            const double place = std::clamp(first + k, 0.0, static_cast<double>(axis.in - 1));
            taps.places[j].push_back(static_cast<std::int64_t>(place));
            taps.weights[j].push_back(
                static_cast<float>(rules.exclude_outside ? weights[j] / sum : weights[j]));
        }
    }
    return taps;
}

Tensor along(const Call& call, const Rules& rules, const Tensor& x, int at, const Axis& axis) {
    const Taps taps = taps_of(call, rules, axis);
    if (taps.places.size() == 1) return take(x, tensor(taps.places[0]), at);
    Shape::Sizes sizes;
    for (int i = 0; i < x.rank(); ++i) sizes.push_back(i == at ? axis.out : 1);
    Tensor y;
    for (std::size_t k = 0; k < taps.places.size(); ++k) {
        const Tensor term = take(x, tensor(taps.places[k]), at) *
                            reshape(tensor(taps.weights[k]).cast(x.dtype()), Shape(sizes));
        y = y.defined() ? y + term : term;
    }
    return y;
}

Outputs resize_by(const Call& call, const Rules& rules, const std::vector<double>& scales,
                  const std::vector<Index>& sizes, std::vector<Index> axes) {
    Tensor x = call[0];
    if (axes.empty())
        for (int i = 0; i < x.rank(); ++i) axes.push_back(i);
    if ((sizes.empty() ? scales.size() : sizes.size()) != axes.size())
        call.refuse("has scales or sizes for another number of axes than ", axes.size());
    if (rules.mode != "nearest" && !is_floating(x.dtype()))
        call.refuse("of ", x.spec(), " can only be done by mode 'nearest'");
    for (std::size_t i = 0; i < axes.size(); ++i) {
        const int at = normalize_axis("Resize", axes[i], x.rank());
        const Index in = x.shape()[at];
        Axis axis{in, 0, 0};
        if (sizes.empty()) {
            axis.scale = scales[i];
            const double out = std::floor(static_cast<double>(in) * axis.scale);
            if (!(axis.scale > 0) || !(out < 1e9))
                call.refuse("has the scale ", axis.scale, " for an axis of ", in);
            axis.out = static_cast<Index>(out);
        } else {
            axis.out = sizes[i];
            if (axis.out < 0 || axis.out > 1'000'000'000)
                call.refuse("has the size ", axis.out, " for an axis of ", in);
            axis.scale = static_cast<double>(axis.out) / static_cast<double>(in);
        }
        if (in == 0) call.refuse("resizes an empty axis of ", x.spec());
        if (axis.out != in || axis.scale != 1) x = along(call, rules, x, at, axis);
    }
    return {x};
}

std::string mode_of(const Call& call) {
    const std::string mode = call.text("mode", "nearest");
    if (mode != "nearest" && mode != "linear" && mode != "cubic") call.want("mode", "nearest");
    return mode;
}

// Opset 11 and later.
Outputs resize_of(const Call& call) {
    const Rules rules{.mode = mode_of(call),
                      .coordinates = call.text("coordinate_transformation_mode", "half_pixel"),
                      .nearest = call.text("nearest_mode", "round_prefer_floor"),
                      .cubic = call.real("cubic_coeff_a", -0.75),
                      .exclude_outside = call.flag("exclude_outside")};
    if (rules.coordinates == "tf_crop_and_resize" || call.flag("antialias"))
        call.refuse("with a crop or antialias can't be done");
    call.want("keep_aspect_ratio_policy", "stretch");
    call.real("extrapolation_value", 0);
    const auto scales = call.has(2) ? call.known_numbers(2) : std::vector<double>{};
    return resize_by(call, rules, scales, call.integers(3, ""), call.integers("axes"));
}

// What came before: asymmetric, and the lower neighbour.
Outputs resize_by_scales(const Call& call) {
    const Rules rules{mode_of(call), "asymmetric", "floor"};
    return resize_by(call, rules, call.has(1) ? call.known_numbers(1) : call.reals("scales"), {},
                     {});
}

constexpr OnnxOperator resizing_operators[] = {
    {.name = "Resize", .since = 10, .until = 10, .run = resize_by_scales, .numbers = 2},
    {.name = "Resize", .since = 11, .until = 21, .run = resize_of, .numbers = 14},
    {.name = "Upsample", .since = 7, .until = 9, .run = resize_by_scales, .numbers = 2},
};

}  // namespace

std::span<const OnnxOperator> onnx_resizing() { return resizing_operators; }

}  // namespace shikumi::nn::detail
