// The architecture of a model as a Config in Keras 3's form, or as JSON, and back.
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <typeinfo>

#include <shikumi/nn/models/model.hpp>
#include <shikumi/nn/shared_layer.hpp>

namespace shikumi::nn {

/// How much a model from a file may take before it is refused.
struct ModelBudget {
    std::size_t weight_bytes = std::size_t{16} << 30;  ///< of all weights together
    Index steps = 100'000;  ///< of recurrences that aren't one operation, all layers together
};

/// What a layer or a model was made of: {"module", "class_name", "config", "registered_name"} and,
/// once it is built, "build_config" with the shapes of its inputs. A model holds its layers in the
/// same form. Weights aren't part of it. Throws StateError, naming the class, for a class of one's
/// own without `get_config` or that isn't registered; ValueError, naming layer and option, for a
/// function of one's own.
Config architecture(const Layer& layer);
/// The layer of such a configuration. Where "build_config" says for which inputs, it is built, so
/// that its weights can be set. Keras's names and forms are read, Keras 2's too. Throws ValueError
/// for an unknown class, with the nearest names, for fields and values that can't be taken, naming
/// class and field, and for more weights than the budget allows.
SharedLayer layer_from_config(const Config& config, const ModelBudget& budget = {});
/// The model of such a configuration. Throws as `layer_from_config` does, and ValueError where it
/// is a layer, but no model.
std::shared_ptr<Model> model_from_config(const Config& config, const ModelBudget& budget = {});

/// The architecture as JSON, as Keras's `model.to_json()`. Throws as `architecture` does.
std::string to_json(const Layer& layer);
/// The model of `to_json`, or of Keras's `model.to_json()`; weights have their initial values.
/// Throws ValueError as `parse_json` and `model_from_config` do.
std::shared_ptr<Model> model_from_json(std::string_view json, const ModelBudget& budget = {});

namespace detail {
void register_layer(const std::type_info& type, SharedLayer (*make)(ConfigReader& config));
}  // namespace detail

/// Makes a layer or model of one's own known under the name of its class, so that files can hold
/// it. The class overrides `get_config` and has a static function `L from_config(ConfigReader&)`;
/// name, dtype and `trainable` are looked after. Throws ValueError where another class has the
/// name.
///
///     Config Scale::get_config() const { return ConfigWriter()("factor", factor_); }
///     Scale Scale::from_config(ConfigReader& config) {
///         return Scale(config.get<double>("factor"));
///     }
///     register_layer<Scale>();
template <std::derived_from<Layer> L>
void register_layer() {
    detail::register_layer(typeid(L), [](ConfigReader& config) {
        return SharedLayer(std::make_shared<L>(L::from_config(config)));
    });
}

}  // namespace shikumi::nn
