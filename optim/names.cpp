#include <shikumi/optim/names.hpp>

#include <array>
#include <tuple>

#include <shikumi/autograd/core/name_table.hpp>
#include <shikumi/optim/detail/all_optimizers.hpp>

namespace shikumi::optim {

namespace {

using Maker = Optimizer (*)();

constexpr std::array rows = std::apply(
    []<class... Entry>(const Entry&... entry) {
        return std::array{shikumi::detail::NameRow<Maker>{
            []() -> Optimizer { return typename Entry::Optimizer(); },
            {entry.name, entry.small}}...};
    },
    detail::all_optimizers);
constexpr shikumi::detail::NameTable<Maker> known("optimizer", rows);

}  // namespace

Optimizer optimizer(std::string_view name) { return known[name](); }

// Here, so that programs without names do not link whatever has one.
Optimizer Optimizer::known_as(std::string_view name) { return optimizer(name); }

}  // namespace shikumi::optim
