#include <shikumi/nn/losses/names.hpp>

#include <array>
#include <tuple>

#include <shikumi/autograd/core/name_table.hpp>
#include <shikumi/nn/losses/detail/all_losses.hpp>

namespace shikumi::nn {

namespace {

using Row = shikumi::detail::NameRow<const Loss*>;

constexpr std::array rows = std::apply(
    [](const auto&... entry) {
        return std::array{Row{entry.constant, entry.names}...};
    },
    detail::all_losses);
constexpr shikumi::detail::NameTable<const Loss*> known("loss", rows);

}  // namespace

Loss loss(std::string_view name) { return *known[name]; }

// Here, so that programs without names do not link whatever has one.
Loss Loss::known_as(std::string_view name) { return nn::loss(name); }

}  // namespace shikumi::nn
