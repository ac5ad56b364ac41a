// Reads what a model is compiled with: losses and optimisers.
#include "readers.hpp"

namespace shikumi::golden {

optim::Optimizer read_optimizer(const json& j) {
    const std::string type = j.at("class_name");
    const json& config = j.at("config");
    const auto number = [&](const char* key, double otherwise) {
        return config.value(key, otherwise);
    };
    const double rate = config.at("learning_rate");
    if (type == "SGD") {
        only(config, type, {"learning_rate", "momentum", "nesterov"});
        return optim::SGD({.learning_rate = rate,
                           .momentum = number("momentum", 0),
                           .nesterov = config.value("nesterov", false)});
    }
    if (type == "Adam") {
        only(config, type, {"learning_rate", "beta_1", "beta_2", "epsilon"});
        return optim::Adam({.learning_rate = rate,
                            .beta_1 = number("beta_1", 0.9),
                            .beta_2 = number("beta_2", 0.999),
                            .epsilon = number("epsilon", 1e-7)});
    }
    if (type == "Adamax") {
        only(config, type, {"learning_rate", "beta_1", "beta_2", "epsilon"});
        return optim::Adamax({.learning_rate = rate,
                              .beta_1 = number("beta_1", 0.9),
                              .beta_2 = number("beta_2", 0.999),
                              .epsilon = number("epsilon", 1e-7)});
    }
    if (type == "RMSprop") {
        only(config, type, {"learning_rate", "rho", "momentum", "epsilon", "centered"});
        return optim::RMSprop({.learning_rate = rate,
                               .rho = number("rho", 0.9),
                               .momentum = number("momentum", 0),
                               .epsilon = number("epsilon", 1e-7),
                               .centered = config.value("centered", false)});
    }
    if (type == "Adagrad") {
        only(config, type, {"learning_rate", "initial_accumulator_value", "epsilon"});
        return optim::Adagrad(
            {.learning_rate = rate,
             .initial_accumulator_value = number("initial_accumulator_value", 0.1),
             .epsilon = number("epsilon", 1e-7)});
    }
    if (type == "Adadelta") {
        only(config, type, {"learning_rate", "rho", "epsilon"});
        return optim::Adadelta({.learning_rate = rate,
                                .rho = number("rho", 0.95),
                                .epsilon = number("epsilon", 1e-7)});
    }
    throw Unknown("optimizer " + type);
}

nn::Loss read_loss(const json& the_case) {
    const std::string name = the_case.at("loss");
    const json config = the_case.value("loss_config", json::object());
    if (name == "huber") {
        only(config, "loss " + name, {"delta"});
        return nn::Huber({.delta = config.value("delta", 1.0)});
    }
    only(config, "loss " + name, {});
    for (const nn::Loss* loss :
         {&nn::categorical_crossentropy, &nn::sparse_categorical_crossentropy,
          &nn::binary_crossentropy, &nn::mean_squared_error, &nn::mean_absolute_error,
          &nn::mean_squared_logarithmic_error, &nn::log_cosh, &nn::poisson, &nn::kl_divergence,
          &nn::cosine_similarity, &nn::hinge, &nn::squared_hinge, &nn::categorical_hinge}) {
        if (loss->name() == name) return *loss;
    }
    throw Unknown("loss " + name);
}

}  // namespace shikumi::golden
