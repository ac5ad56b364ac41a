#include <shikumi/nn/layers/preprocessing/resample_options.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/core/name_table.hpp>

namespace shikumi::nn {

namespace {

constexpr shikumi::detail::NameRow<Fill> fill_rows[] = {
    {Fill::reflect, {"reflect"}},
    {Fill::constant, {"constant"}},
    {Fill::wrap, {"wrap"}},
    {Fill::nearest, {"nearest"}},
};
constexpr shikumi::detail::NameTable<Fill> fills("fill_mode", fill_rows);

}  // namespace

Config to_config(Fill fill) { return fills.name_of(fill); }

void from_config(const Config& config, Fill& fill, std::string_view reading) {
    fill = fills.read(config, reading);
}

Config to_config(const FactorRange& range) { return Config::List{range.low, range.high}; }

void from_config(const Config& config, FactorRange& range, std::string_view reading) {
    std::vector<double> ends;
    from_config(config, ends, reading);
    if (ends.empty() || ends.size() > 2)
        fail<ValueError>(reading, "wants a number or [low, high], got ", config.description());
    range = ends.size() == 1 ? FactorRange(ends[0]) : FactorRange(ends[0], ends[1]);
}

}  // namespace shikumi::nn
