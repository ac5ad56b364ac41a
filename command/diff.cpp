// shikumi diff A B: which weights differ, and by how much.
#include <algorithm>
#include <cmath>
#include <iostream>
#include <map>
#include <optional>
#include <string>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/io/state_dict.hpp>

#include "contents.hpp"
#include "reading.hpp"
#include "subcommands.hpp"
#include "text.hpp"

namespace command {

using namespace shikumi;
using formats::NamedTensor;

namespace {

using Rows = std::vector<std::vector<std::string>>;
using ByName = std::map<std::string, const NamedTensor*, std::less<>>;

struct Distance {
    double most = 0, mean = 0;  // of the absolute differences
    double largest = 0;         // absolute value in A
};

double difference(double a, double b) {
    if (a == b || (std::isnan(a) && std::isnan(b))) return 0;
    const double d = std::abs(a - b);
    return std::isnan(d) ? std::numeric_limits<double>::infinity() : d;
}

Distance distance(const NamedTensor& a, const NamedTensor& b) {
    const auto x = a.value.tensor().cast(f64).to_vector<double>();
    const auto y = b.value.tensor().cast(f64).to_vector<double>();
    Distance found;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double d = difference(x[i], y[i]);
        found.most = std::max(found.most, d);
        found.mean += d / static_cast<double>(x.size());
        if (std::isfinite(x[i])) found.largest = std::max(found.largest, std::abs(x[i]));
    }
    return found;
}

// What two files hold under comparable names.
struct Sides {
    std::vector<NamedTensor> a, b;
};

std::vector<NamedTensor> weights_of(nn::Model& model) {
    std::vector<NamedTensor> weights;
    for (const auto& [name, value] : nn::state_dict(model)) weights.push_back({name, value});
    return weights;
}

// Models are compared weight by weight, whatever names their formats give them. Where one file
// alone says what the model is made of, or a third one does, weights are read into that model.
Sides read_sides(const Arguments& arguments) {
    const std::string &a = arguments.files[0], &b = arguments.files[1];
    const Limits limits = limits_of(arguments);
    const Config given = read_architecture(arguments.text("architecture"), limits);
    const Config in_a = read_contents(a, limits).architecture;
    const Config in_b = read_contents(b, limits).architecture;
    const Config& known = !given.is_null() ? given : !in_a.is_null() ? in_a : in_b;
    if (known.is_null()) return {read_tensors(a, limits), read_tensors(b, limits)};
    const auto read = [&](const std::string& path, const Config& own) {
        return weights_of(*read_model(path, own.is_null() ? known : Config(), limits));
    };
    return {read(a, in_a), read(b, in_b)};
}

ByName by_name(const std::vector<NamedTensor>& tensors) {
    ByName names;
    for (const NamedTensor& tensor : tensors) names[tensor.name] = &tensor;
    return names;
}

// The row of a tensor that differs; nothing where both are as near as `tolerance`.
std::optional<std::vector<std::string>> compare(const NamedTensor& a, const NamedTensor* b,
                                                double tolerance) {
    const std::string name = one_line(a.name);
    if (!b) return {{name, sentence(a.value.shape()), "only in the first file", "", ""}};
    if (a.value.shape() != b->value.shape())
        return {{name, sentence(a.value.shape()), "shape " + sentence(b->value.shape()), "", ""}};
    const Distance d = distance(a, *b);
    if (d.most <= tolerance * d.largest) return std::nullopt;
    const double relative = d.largest > 0 ? d.most / d.largest : d.most;
    return {{name, sentence(a.value.shape()), short_number(d.most), short_number(d.mean),
             short_number(relative)}};
}

int run_diff(const Arguments& arguments) {
    const double tolerance = arguments.number("tolerance", 0);
    const Sides sides = read_sides(arguments);
    const ByName in_a = by_name(sides.a), in_b = by_name(sides.b);
    Rows rows{{"tensor", "shape", "largest difference", "mean", "relative"}};
    std::size_t same = 0;
    for (const NamedTensor& a : sides.a) {
        const auto b = in_b.find(a.name);
        const auto row = compare(a, b == in_b.end() ? nullptr : b->second, tolerance);
        if (row)
            rows.push_back(*row);
        else
            ++same;
    }
    for (const NamedTensor& b : sides.b) {
        if (!in_a.contains(b.name))
            rows.push_back(
                {one_line(b.name), sentence(b.value.shape()), "only in the second file", "", ""});
    }
    const std::size_t different = rows.size() - 1;
    if (different > 0) std::cout << table(rows, {false, false, true, true, true}) << '\n';
    std::cout << grouped(different) << (different == 1 ? " tensor differs, " : " tensors differ, ")
              << grouped(same) << (same == 1 ? " is" : " are") << " the same\n";
    return different > 0 ? 1 : 0;
}

}  // namespace

Subcommand diff() {
    std::vector<Option> options{
        {"tolerance", "T", "tensors are the same up to T times the largest value (0)"},
        {"architecture", "FILE", "what the model is made of, where neither file says so"}};
    std::ranges::copy(limit_options(), std::back_inserter(options));
    return {{.name = "diff",
             .files = {"A", "B"},
             .about = "which weights differ, and by how much",
             .more = "Ends with 0 where all weights are the same, with 1 where some differ, and "
                     "with 2 after an\nerror. Where a file holds a model, weights are matched by "
                     "their places in it, so that files\nof different formats can be compared; "
                     "else tensors are matched by their names.",
             .options = options},
            run_diff};
}

}  // namespace command
