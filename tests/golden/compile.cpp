// Reads losses.
#include "readers.hpp"

namespace shikumi::golden {

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
