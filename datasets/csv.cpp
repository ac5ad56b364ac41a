#include <shikumi/datasets/csv.hpp>

#include <shikumi/datasets/detail/input.hpp>
#include <shikumi/datasets/detail/parse_csv.hpp>

namespace shikumi::datasets {

Table read_csv(const std::filesystem::path& path, const CsvOptions& options) {
    detail::Input input("read_csv", path);
    const std::string text = input.read_all("the table", options.max_bytes);
    return detail::parse_csv({"read_csv", path.string(), text}, options);
}

}  // namespace shikumi::datasets
