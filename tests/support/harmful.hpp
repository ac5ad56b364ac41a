// Configurations in which a value is replaced by one that means harm.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/config.hpp>

namespace shikumi_test {

// Values that no field of a layer can want.
inline const std::vector<shikumi::Config>& harmful_values() {
    using shikumi::Config;
    static const std::vector<Config> all{
        -1,
        0,
        std::int64_t{1} << 31,
        std::int64_t{1} << 62,
        std::numeric_limits<std::int64_t>::min(),
        1e308,
        "nan",
        "x",
        {},
        true,
        Config::List{},
        Config::List{-1, 1 << 20, 1 << 20, 1 << 20},
        Config::List{1, 2, 3, 4, 5, 6, 7, 8, 9},
        Config::Object{},
    };
    return all;
}

// The way to a value: names in objects, places in lists.
struct Step {
    std::string name;
    std::size_t place;
};
using Place = std::vector<Step>;

inline shikumi::Config replaced(const shikumi::Config& whole, const Place& place,
                                const shikumi::Config& value, std::size_t at = 0) {
    using shikumi::Config;
    if (at == place.size()) return value;
    if (whole.list()) {
        Config::List list = *whole.list();
        list[place[at].place] = replaced(list[place[at].place], place, value, at + 1);
        return list;
    }
    Config::Object object = *whole.object();
    for (auto& [name, field] : object) {
        if (name == place[at].name) field = replaced(field, place, value, at + 1);
    }
    return object;
}

// Calls `visit` with the way to each value, the whole first.
inline void for_each_place(const shikumi::Config& config,
                           const std::function<void(const Place&)>& visit, Place way = {}) {
    visit(way);
    const auto go_on = [&](Step step, const shikumi::Config& inner) {
        way.push_back(std::move(step));
        for_each_place(inner, visit, way);
        way.pop_back();
    };
    if (config.object()) {
        for (const auto& [name, field] : *config.object()) go_on({name, 0}, field);
    } else if (config.list()) {
        for (std::size_t i = 0; i < config.list()->size(); ++i)
            go_on({{}, i}, config.list()->at(i));
    }
}

}  // namespace shikumi_test
