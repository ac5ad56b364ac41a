// The kind "losses": values and gradients under every reduction.
#include <algorithm>
#include <functional>

#include "cases.hpp"
#include "compare.hpp"
#include "readers.hpp"

namespace shikumi::golden {

namespace {

// What it is made of survives being written.
nn::Loss read(const std::string& type, const json& config) {
    const nn::Loss loss =
        nn::loss_from_config({{"class_name", type}, {"config", read_config(config)}});
    const shikumi::Config written = to_config(loss);
    nn::Loss again = nn::loss_from_config(written);
    if (to_config(again) != written) throw Different("its configuration, once read and written");
    return again;
}

nn::Reduction read_reduction(const std::string& name) {
    nn::Reduction reduction{};
    from_config(name, reduction, "reduction");
    return reduction;
}

// Where Keras is wrong: what is expected instead, of a case and under a reduction. docs/keras.md
// says why.
struct Difference {
    std::string loss, about;
    std::function<void(json& expected, const json& the_case, const std::string& reduction)> correct;
};

void be_an_error(json& expected, const json&, const std::string&) { expected = {{"error", true}}; }

// TensorFlow takes it for granted that targets add up to 1. The slopes of row r are
// (softmax Σ t − t)/N, and Σ t is 2 in the first row, 0 in the second.
void any_sum_of_targets(json& expected, const json& c, const std::string& reduction) {
    if (!expected.contains("gradient")) return;
    const double share = reduction == "sum" ? 1 : 0.5;
    json& slopes = expected["gradient"]["data"];
    for (std::size_t i = 0; i < 3; ++i) {
        const double t = c.at("y_true").at("data")[i];
        slopes[i] = 2 * slopes[i].get<double>() + t * share;
        slopes[i + 3] = 0;
    }
}

void no_slope_at(json& expected, std::initializer_list<std::size_t> places) {
    if (!expected.contains("gradient")) return;
    for (const std::size_t place : places) expected["gradient"]["data"][place] = 0;
}

const std::vector<Difference> differences{
    {"CategoricalCrossentropy", "logits: a target row of two ones (not normalised)",
     any_sum_of_targets},
    {"CategoricalGeneralizedCrossEntropy", "probability 0: infinite gradient",
     [](json& expected, const json&, const std::string&) { no_slope_at(expected, {1}); }},
    {"CosineSimilarity", "zero vectors, opposite and parallel vectors",
     [](json& expected, const json&, const std::string&) {
         no_slope_at(expected, {2, 3, 6});
     }},
    {"",
     "rank 3, sample_weight (N,) with N = T: it weighs the time axis (broadcast from the right)",
     be_an_error},
};

struct Sample {
    Tensor targets, predictions, weights, mask;
};

Sample read_sample(const json& c, const nn::Loss& loss) {
    const bool integers = loss.targets() == nn::Targets::class_indices ||
                          loss.targets() == nn::Targets::label_sequences ||
                          loss.targets() == nn::Targets::labels;
    Sample s{
        read_tensor(c.at("y_true"), integers ? i64 : f32), read_tensor(c.at("y_pred")), {}, {}};
    if (c.contains("sample_weight")) s.weights = read_tensor(c.at("sample_weight"));
    if (c.contains("mask")) s.mask = read_tensor(c.at("mask"), bool_);
    return s;
}

void compare_reduced(const nn::Loss& loss, const Sample& s, const json& expected,
                     double tolerance) {
    if (expected.contains("error")) {
        try {
            evaluate(loss.reduced(s.targets, s.predictions, s.weights, s.mask));
        } catch (const Error&) {
            return;
        }
        throw Different("expected an error, got none");
    }
    const Tensor value = loss.reduced(s.targets, s.predictions, s.weights, s.mask);
    const json& wanted = expected.at("value");
    if (wanted.is_object()) return compare_tensor("value", value, wanted, tolerance);
    compare_either(
        [&](const json& e) {
            compare_numbers("value", value.to_vector<double>(), read_numbers(e), tolerance);
        },
        wanted, expected.value("value64", json()));
    const Tensor gradient = grad(value, {s.predictions})[0];
    compare_tensor("gradient", gradient, expected.at("gradient"), tolerance);
}

void run_through_activation(const json& c) {
    const nn::Loss loss = nn::loss(c.at("loss").get<std::string>());
    const bool integers = loss.targets() == nn::Targets::class_indices;
    const Tensor logits = read_tensor(c.at("logits"));
    const Tensor y = read_tensor(c.at("y_true"), integers ? i64 : f32);
    const nn::ActivationFunction& f = nn::activation(c.at("activation").get<std::string>());
    const Tensor value = loss.reduced(y, f(logits));
    compare_number("value", value.item<double>(), c.at("expected").at("value"), c.at("tolerance"));
    compare_tensor("gradient", grad(value, {logits})[0], c.at("expected").at("gradient"),
                   c.at("tolerance"));
}

void run_loss(const json& theme, const json& c) {
    if (theme.at("class_name").is_null()) return run_through_activation(c);
    const std::string name = theme.at("class_name");
    const nn::Loss loss = read(name, c.at("config"));
    const auto difference =
        std::find_if(differences.begin(), differences.end(), [&](const auto& d) {
            return (d.loss.empty() || d.loss == name) && d.about == c.at("about");
        });
    const Sample sample = read_sample(c, loss);
    for (const auto& item : c.at("expected").items()) {
        json expected = item.value();
        if (difference != differences.end()) difference->correct(expected, c, item.key());
        try {
            compare_reduced(loss.with(read_reduction(item.key())), sample, expected,
                            c.at("tolerance"));
        } catch (const Different& e) {
            throw Different(item.key() + ": " + e.what());
        }
    }
}

const Kind losses("losses", run_loss);

}  // namespace

}  // namespace shikumi::golden
