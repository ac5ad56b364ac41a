#include <shikumi/autograd/ops/arguments.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/core/name_table.hpp>

namespace shikumi {

namespace {

using detail::NameRow, detail::NameTable;

constexpr NameRow<Padding> padding_rows[] = {
    {Padding::valid, {"valid"}},
    {Padding::same, {"same"}},
    {Padding::causal, {"causal"}},
};
constexpr NameTable<Padding> paddings("padding", padding_rows);

constexpr NameRow<Interpolation> interpolation_rows[] = {
    {Interpolation::nearest, {"nearest"}},   {Interpolation::bilinear, {"bilinear"}},
    {Interpolation::bicubic, {"bicubic"}},   {Interpolation::lanczos3, {"lanczos3"}},
    {Interpolation::lanczos5, {"lanczos5"}}, {Interpolation::area, {"area"}},
};
constexpr NameTable<Interpolation> interpolations("interpolation", interpolation_rows);

// The only number by itself.
Config number_or_list(const std::vector<Index>& numbers) {
    return numbers.size() == 1 ? Config(numbers.front()) : to_config(numbers);
}

std::vector<Index> numbers_of(const Config& config, std::string_view reading) {
    std::vector<Index> numbers;
    from_config(config, numbers, reading);
    return numbers;
}

}  // namespace

void Integer::refuse(std::uint64_t value) {
    throw ValueError(sentence("the number ", value, " does not fit into i64"));
}

Config to_config(const Axes& axes) { return axes.all() ? Config() : number_or_list(axes.list()); }

void from_config(const Config& config, Axes& axes, std::string_view reading) {
    axes = config.is_null() ? Axes() : Axes(numbers_of(config, reading));
}

Config to_config(const PerAxis& numbers) {
    return numbers.given() ? number_or_list(numbers.list()) : Config();
}

void from_config(const Config& config, PerAxis& numbers, std::string_view reading) {
    numbers = config.is_null() ? PerAxis() : PerAxis(numbers_of(config, reading));
}

Config to_config(Padding padding) { return paddings.name_of(padding); }

void from_config(const Config& config, Padding& padding, std::string_view reading) {
    padding = paddings.read(config, reading);
}

Config to_config(Interpolation interpolation) { return interpolations.name_of(interpolation); }

void from_config(const Config& config, Interpolation& interpolation, std::string_view reading) {
    interpolation = interpolations.read(config, reading);
}

}  // namespace shikumi
