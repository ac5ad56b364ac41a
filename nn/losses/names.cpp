#include <shikumi/nn/losses/names.hpp>

#include <algorithm>
#include <vector>

#include <shikumi/autograd/core/nearest_names.hpp>
#include <shikumi/nn/losses/circle.hpp>
#include <shikumi/nn/losses/crossentropy.hpp>
#include <shikumi/nn/losses/ctc.hpp>
#include <shikumi/nn/losses/focal.hpp>
#include <shikumi/nn/losses/hinge.hpp>
#include <shikumi/nn/losses/overlap.hpp>
#include <shikumi/nn/losses/probabilistic.hpp>
#include <shikumi/nn/losses/regression.hpp>

namespace shikumi::nn {

namespace {

struct Known {
    std::string_view name;
    const Loss* loss;
};
constexpr Known known[] = {
    {"binary_crossentropy", &binary_crossentropy},
    {"binary_focal_crossentropy", &binary_focal_crossentropy},
    {"categorical_crossentropy", &categorical_crossentropy},
    {"categorical_focal_crossentropy", &categorical_focal_crossentropy},
    {"categorical_generalized_cross_entropy", &categorical_generalized_cross_entropy},
    {"categorical_hinge", &categorical_hinge},
    {"circle", &circle},
    {"cosine_similarity", &cosine_similarity},
    {"ctc", &ctc},
    {"dice", &dice},
    {"hinge", &hinge},
    {"huber", &huber},
    {"kl_divergence", &kl_divergence},
    {"log_cosh", &log_cosh},
    {"mean_absolute_error", &mean_absolute_error},
    {"mean_absolute_percentage_error", &mean_absolute_percentage_error},
    {"mean_squared_error", &mean_squared_error},
    {"mean_squared_logarithmic_error", &mean_squared_logarithmic_error},
    {"poisson", &poisson},
    {"sparse_categorical_crossentropy", &sparse_categorical_crossentropy},
    {"squared_hinge", &squared_hinge},
    {"tversky", &tversky},
    {"BinaryCrossentropy", &binary_crossentropy},
    {"BinaryFocalCrossentropy", &binary_focal_crossentropy},
    {"CategoricalCrossentropy", &categorical_crossentropy},
    {"CategoricalFocalCrossentropy", &categorical_focal_crossentropy},
    {"CategoricalGeneralizedCrossEntropy", &categorical_generalized_cross_entropy},
    {"CategoricalHinge", &categorical_hinge},
    {"Circle", &circle},
    {"CosineSimilarity", &cosine_similarity},
    {"CTC", &ctc},
    {"Dice", &dice},
    {"Hinge", &hinge},
    {"Huber", &huber},
    {"KLDivergence", &kl_divergence},
    {"LogCosh", &log_cosh},
    {"MeanAbsoluteError", &mean_absolute_error},
    {"MeanAbsolutePercentageError", &mean_absolute_percentage_error},
    {"MeanSquaredError", &mean_squared_error},
    {"MeanSquaredLogarithmicError", &mean_squared_logarithmic_error},
    {"Poisson", &poisson},
    {"SparseCategoricalCrossentropy", &sparse_categorical_crossentropy},
    {"SquaredHinge", &squared_hinge},
    {"Tversky", &tversky},
    {"bce", &binary_crossentropy},
    {"BCE", &binary_crossentropy},
    {"kld", &kl_divergence},
    {"KLD", &kl_divergence},
    {"logcosh", &log_cosh},
    {"mae", &mean_absolute_error},
    {"MAE", &mean_absolute_error},
    {"mape", &mean_absolute_percentage_error},
    {"MAPE", &mean_absolute_percentage_error},
    {"mse", &mean_squared_error},
    {"MSE", &mean_squared_error},
    {"msle", &mean_squared_logarithmic_error},
    {"MSLE", &mean_squared_logarithmic_error},
};

}  // namespace

Loss loss(std::string_view name) {
    const auto* const found = std::ranges::find(known, name, &Known::name);
    if (found != std::end(known)) return *found->loss;
    std::vector<std::string_view> names;
    for (const Known& one : known) names.push_back(one.name);
    shikumi::detail::refuse_name("loss", name, names);
}

// Here, so that programs without names do not link whatever has one.
Loss Loss::known_as(std::string_view name) { return nn::loss(name); }

}  // namespace shikumi::nn
