#include <shikumi/nn/layers/preprocessing/output_mode.hpp>

#include <shikumi/autograd/core/name_table.hpp>

namespace shikumi::nn {

namespace {

constexpr shikumi::detail::NameRow<OutputMode> mode_rows[] = {
    {OutputMode::index, {"int"}},           {OutputMode::one_hot, {"one_hot"}},
    {OutputMode::multi_hot, {"multi_hot"}}, {OutputMode::count, {"count"}},
    {OutputMode::tf_idf, {"tf_idf"}},
};
constexpr shikumi::detail::NameTable<OutputMode> modes("output_mode", mode_rows);

}  // namespace

Config to_config(OutputMode mode) { return modes.name_of(mode); }

void from_config(const Config& config, OutputMode& mode, std::string_view reading) {
    mode = modes.read(config, reading);
}

}  // namespace shikumi::nn
