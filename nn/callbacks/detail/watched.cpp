#include <shikumi/nn/callbacks/detail/watched.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include <shikumi/autograd/core/error.hpp>

namespace shikumi::nn::detail {

namespace {

constexpr std::array<std::string_view, 13> good{
    "acc",         "accuracy", "auc", "precision",  "recall", "sensitivity", "specificity",
    "correlation", "iou",      "io",  "similarity", "r2",     "positives"};
constexpr std::array<std::string_view, 17> bad{
    "loss", "error", "crossentropy", "mse",     "mae",     "mape",       "msle", "rmse", "hinge",
    "kld",  "mean",  "divergence",   "poisson", "logcosh", "perplexity", "cosh", "false"};

// Whether any word between underscores is one of these.
template <std::size_t n>
bool has_word(std::string_view name, const std::array<std::string_view, n>& words) {
    while (!name.empty()) {
        const std::size_t end = std::min(name.find('_'), name.size());
        const std::string_view word = name.substr(0, end);
        if (std::find(words.begin(), words.end(), word) != words.end()) return true;
        name.remove_prefix(std::min(end + 1, name.size()));
    }
    return false;
}

std::string listed(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "'" : ", '") + name + "'";
    return text;
}

}  // namespace

Watched::Watched(std::string who, std::string name, MonitorMode mode, double min_delta)
    : who_(std::move(who)), name_(std::move(name)), mode_(mode), min_delta_(std::abs(min_delta)) {
    if (!std::isfinite(min_delta))
        fail<ValueError>(who_, "min_delta must be finite, got ", min_delta);
}

void Watched::resolve(const Run& run) {
    std::vector<std::string> names = run.plan().names;
    names.insert(names.end(), run.plan().added.begin(), run.plan().added.end());
    if (!run.plan().names.empty() && std::find(names.begin(), names.end(), name_) == names.end())
        fail<ValueError>(who_, "monitors '", name_, "', which will not be logged: there will be ",
                         listed(names));
    resolve_mode();
}

void Watched::resolve_mode() {
    if (mode_ != MonitorMode::automatic) {
        larger_ = mode_ == MonitorMode::max;
        return;
    }
    // "false_positives" are bad, "f1_score" and "fbeta_score" good.
    const bool is_bad = has_word(name_, bad);
    larger_ = !is_bad && (has_word(name_, good) || name_.find("_score") != std::string::npos ||
                          name_.find("true_negatives") != std::string::npos);
    if (!is_bad && !larger_)
        fail<ValueError>(who_, "can't tell whether a higher or a lower '", name_,
                         "' is better: give .mode = nn::MonitorMode::max or ::min");
}

std::optional<double> Watched::value(const Run& run) const {
    if (const double* number = run.logs().find(name_)) return *number;
    if (run.plan().names.empty())
        fail<ValueError>(who_, "monitors '", name_, "', which this model's steps don't log");
    return std::nullopt;
}

bool Watched::better(double value, const std::optional<double>& than) const {
    if (!than) return true;
    return larger_ ? value - min_delta_ > *than : value + min_delta_ < *than;
}

}  // namespace shikumi::nn::detail
