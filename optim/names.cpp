#include <shikumi/optim/names.hpp>

#include <algorithm>
#include <vector>

#include <shikumi/autograd/core/nearest_names.hpp>
#include <shikumi/optim/adadelta.hpp>
#include <shikumi/optim/adafactor.hpp>
#include <shikumi/optim/adagrad.hpp>
#include <shikumi/optim/adam.hpp>
#include <shikumi/optim/adamax.hpp>
#include <shikumi/optim/asgd.hpp>
#include <shikumi/optim/ftrl.hpp>
#include <shikumi/optim/lamb.hpp>
#include <shikumi/optim/lion.hpp>
#include <shikumi/optim/muon.hpp>
#include <shikumi/optim/nadam.hpp>
#include <shikumi/optim/radam.hpp>
#include <shikumi/optim/rmsprop.hpp>
#include <shikumi/optim/rprop.hpp>
#include <shikumi/optim/schedule_free_adamw.hpp>
#include <shikumi/optim/sgd.hpp>

namespace shikumi::optim {

namespace {

struct Known {
    std::string_view name, small;
    Optimizer (*make)();
};
template <class T>
constexpr auto made = []() -> Optimizer { return T(); };

constexpr Known known[] = {
    {"Adadelta", "adadelta", made<Adadelta>},
    {"Adafactor", "adafactor", made<Adafactor>},
    {"Adagrad", "adagrad", made<Adagrad>},
    {"Adam", "adam", made<Adam>},
    {"AdamW", "adamw", made<AdamW>},
    {"Adamax", "adamax", made<Adamax>},
    {"ASGD", "asgd", made<ASGD>},
    {"Ftrl", "ftrl", made<Ftrl>},
    {"Lamb", "lamb", made<Lamb>},
    {"Lion", "lion", made<Lion>},
    {"Muon", "muon", made<Muon>},
    {"Nadam", "nadam", made<Nadam>},
    {"RAdam", "radam", made<RAdam>},
    {"RMSprop", "rmsprop", made<RMSprop>},
    {"Rprop", "rprop", made<Rprop>},
    {"ScheduleFreeAdamW", "schedulefreeadamw", made<ScheduleFreeAdamW>},
    {"SGD", "sgd", made<SGD>},
};

}  // namespace

Optimizer optimizer(std::string_view name) {
    const auto* const found = std::ranges::find_if(
        known, [&](const Known& k) { return k.name == name || k.small == name; });
    if (found != std::end(known)) return found->make();
    std::vector<std::string_view> names;
    for (const Known& k : known) names.push_back(k.name);
    shikumi::detail::refuse_name("optimizer", name, names);
}

Optimizer Optimizer::known_as(std::string_view name) { return optimizer(name); }

}  // namespace shikumi::optim
