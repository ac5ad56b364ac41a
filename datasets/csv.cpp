#include <shikumi/datasets/csv.hpp>

#include <shikumi/datasets/detail/input.hpp>
#include <shikumi/datasets/detail/parse_csv.hpp>

namespace shikumi::datasets {

std::vector<std::string> CsvOptions::usual_missing_texts() {
    return {"", "NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", "None", "?"};
}

Table read_csv(const std::string& path, const CsvOptions& options) {
    detail::Input input("read_csv", path);
    return detail::parse_csv(
        {"read_csv", path, [&](std::span<std::byte> out) { return input.read_some(out); }},
        options);
}

}  // namespace shikumi::datasets
