#include <shikumi/nn/losses/configs.hpp>

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include <shikumi/autograd/core/class_config.hpp>
#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/core/name_table.hpp>
#include <shikumi/nn/losses/detail/all_losses.hpp>
#include <shikumi/nn/losses/detail/reduction_names.hpp>
#include <shikumi/nn/losses/names.hpp>

namespace shikumi::nn {

namespace {

using shikumi::detail::class_in;
using shikumi::detail::ClassConfig;
using shikumi::detail::Registry;

constexpr auto module = "keras.losses";

struct Known {
    const Loss *constant, *of_logits;
    std::array<std::string_view, 4> names;
    Config (*defaults)();
    Loss (*read)(ConfigReader& fields);
};

template <std::size_t i>
constexpr Known known_at() {
    constexpr auto entry = std::get<i>(detail::all_losses);
    using Options = typename decltype(entry)::Options;
    return {entry.constant, entry.of_logits, entry.names,
            []() -> Config { return ConfigWriter().fields(Options()); },
            [](ConfigReader& fields) {
                return std::get<i>(detail::all_losses).make(fields.fields<Options>());
            }};
}
constexpr std::array all = []<std::size_t... i>(std::index_sequence<i...>) {
    return std::array{known_at<i>()...};
}
(std::make_index_sequence<std::tuple_size_v<decltype(detail::all_losses)>>());

const Known* find(std::string_view name) {
    const auto found = std::ranges::find_if(all, [&](const Known& k) {
        return !name.empty() && std::ranges::find(k.names, name) != k.names.end();
    });
    return found == all.end() ? nullptr : &*found;
}

auto& own_losses() {
    static Registry<std::function<Loss(const Config&)>> own("loss");
    return own;
}

// The arguments of a loss of the library: nothing for another one.
Config arguments_of(const Known& known, const Loss& loss) {
    const Loss::Function& function = loss.function();
    if (function == known.constant->function() ||
        (known.of_logits && function == known.of_logits->function()))
        return known.defaults();
    return function.get_config();
}

}  // namespace

// Here, so that programs that read no configuration do not link what words errors about names.
void from_config(const Config& config, Reduction& value, std::string_view reading) {
    value = config.is_null() ? Reduction::none : detail::reductions.read(config, reading);
}

Config to_config(const Loss& loss) {
    const std::string function(loss.function().name());
    ClassConfig object{module, function, {}};
    if (const Known* const known = find(function)) {
        object.class_name = known->names[1];
        object.config = arguments_of(*known, loss);
    }
    if (object.config.is_null()) {
        if (!own_losses().find(function))
            fail<ValueError>("loss", "'", function,
                             "' is one of your own, which a file can't hold: register it by "
                             "register_loss");
        const Config arguments = loss.function().get_config();
        object = {{}, function, arguments.is_null() ? Config(Config::Object{}) : arguments};
    }
    if (object.config.find("from_logits")) object.config.set("from_logits", loss.from_logits());
    object.config.set("name", loss.name());
    object.config.set("reduction", to_config(loss.form().reduction));
    return to_config(object);
}

Loss loss_from_config(const Config& config) {
    const ClassConfig object = class_in(config, "loss");
    const auto own = own_losses().find(object.class_name);
    const Known* const known = find(object.class_name);
    if (!own && !known) return loss(object.class_name);  // throws
    ConfigReader fields(object.class_name, object.config);
    Loss made = own ? (*own)(object.config) : known->read(fields);
    Reduction reduction = made.form().reduction;
    std::string name(made.name());
    fields("reduction", reduction);
    fields("name", name);
    if (reduction != made.form().reduction) made = made.with(reduction);
    return name == made.name() ? made : made.named(name);
}

void register_loss(std::string name, std::function<Loss(const Config& config)> make) {
    own_losses().add(std::move(name), std::move(make));
}

}  // namespace shikumi::nn
