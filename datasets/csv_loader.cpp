#include <shikumi/datasets/csv_loader.hpp>

#include <algorithm>
#include <memory>
#include <string_view>

#include <shikumi/datasets/detail/csv_lines.hpp>
#include <shikumi/datasets/detail/csv_number.hpp>
#include <shikumi/datasets/detail/input.hpp>
#include <shikumi/datasets/detail/parse_csv.hpp>

namespace shikumi::datasets {

namespace {

constexpr std::string_view csv_loader_name = "csv_loader";

using Columns = std::vector<std::size_t>;

// The file, and the columns that are wanted of it.
class Rows {
public:
    Rows(const std::string& path, const CsvLoaderOptions& options)
        : options_(options),
          number_(csv_loader_name, options.csv),
          lines_(source(path), options.csv, {.line = options.csv.max_bytes}) {
        if (!lines_.next()) lines_.source().fail_at(lines_.bytes_read(), "the table has no rows");
        count_ = lines_.fields().size();
        know_columns();
    }

    std::optional<Sample> next() {
        if (!advance()) return std::nullopt;
        const auto numbers = [&](const Columns& columns) {
            Array values({{static_cast<Index>(columns.size())}, options_.csv.dtype});
            dispatch_floating(values.dtype(), [&]<class T>() {
                std::ranges::transform(
                    columns, values.mutable_data<T>().begin(),
                    [&](std::size_t column) { return static_cast<T>(number(column)); });
            });
            return Tensor(values);
        };
        if (targets_.empty()) return Sample(numbers(inputs_));
        if (options_.classes.empty()) return Sample(numbers(inputs_), numbers(targets_));
        const std::int64_t label[] = {class_of(targets_.front())};
        return Sample(numbers(inputs_),
                      Tensor(Array::of(std::span<const std::int64_t>(label), Shape())));
    }

    // Passes over rows without reading their numbers.
    Index skip(Index n) {
        Index passed = 0;
        while (passed < n && advance()) ++passed;
        return passed;
    }

private:
    static detail::CsvSource source(const std::string& path) {
        return {csv_loader_name, path,
                [input = std::make_shared<detail::Input>(csv_loader_name, path)](
                    std::span<std::byte> out) { return input->read_some(out); }};
    }

    bool advance() {
        if (first_is_row_)
            first_is_row_ = false;
        else if (!lines_.next())
            return false;
        detail::want_columns(lines_, count_);
        return true;
    }

    double number(std::size_t column) const {
        const detail::CsvNumber read = number_(lines_.fields()[column].text);
        if (*read.why_not) detail::refuse_field(lines_, column, read.why_not);
        return read.value;
    }

    std::int64_t class_of(std::size_t column) const {
        const auto& known = options_.classes;
        const auto found = std::ranges::find(known, detail::trimmed(lines_.fields()[column].text));
        if (found == known.end()) detail::refuse_field(lines_, column, " is none of the classes");
        return found - known.begin();
    }

    void know_columns() {
        std::vector<std::string> names, positions;
        for (const detail::CsvField& field : lines_.fields()) {
            positions.push_back(std::to_string(names.size()));
            names.push_back(field.text);
        }
        first_is_row_ = !has_header(names, positions);
        choose(first_is_row_ ? positions : names);
    }

    // Where the options don't say it, the names of the columns that they want tell it.
    bool has_header(const std::vector<std::string>& names,
                    const std::vector<std::string>& positions) const {
        if (options_.csv.header) return *options_.csv.header;
        std::vector<std::string> wanted = options_.inputs;
        wanted.insert(wanted.end(), options_.targets.begin(), options_.targets.end());
        if (wanted.empty())
            return detail::is_header(lines_, options_.csv, std::vector<bool>(count_));
        const auto all_in = [&](const std::vector<std::string>& list) {
            return std::ranges::all_of(wanted, [&](const std::string& name) {
                return std::ranges::find(list, name) != list.end();
            });
        };
        return all_in(names) || !all_in(positions);
    }

    void choose(const std::vector<std::string>& names) {
        targets_ = places(options_.targets, names);
        if (!options_.classes.empty() && targets_.size() != 1)
            fail<ValueError>(csv_loader_name, "classes want one target, got ", targets_.size());
        inputs_ = places(options_.inputs, names);
        for (std::size_t i = 0; options_.inputs.empty() && i < names.size(); ++i) {
            if (std::ranges::find(targets_, i) == targets_.end()) inputs_.push_back(i);
        }
        if (inputs_.empty()) fail<ValueError>(csv_loader_name, "no column is left for the inputs");
    }

    Columns places(const std::vector<std::string>& wanted,
                   const std::vector<std::string>& names) const {
        Columns places;
        for (const std::string& name : wanted) {
            const auto found = std::ranges::find(names, name);
            if (found == names.end()) {
                std::string all;
                for (const std::string& one : names) all += (all.empty() ? "" : ", ") + one;
                fail<ValueError>(csv_loader_name, lines_.source().name, " has no column ",
                                 detail::excerpt(name), ", its columns are ", all);
            }
            places.push_back(static_cast<std::size_t>(found - names.begin()));
        }
        return places;
    }

    const CsvLoaderOptions options_;
    const detail::CsvNumbers number_;
    detail::CsvLines lines_;
    std::size_t count_ = 0;      // of columns
    bool first_is_row_ = false;  // the first line, which has been read, is yet to be given
    Columns inputs_, targets_;
};

}  // namespace

Loader csv_loader(const std::string& path, const CsvLoaderOptions& options) {
    const Rows looked_at(path, options);
    return Loader::of_streams([path, options] {
        const auto rows = std::make_shared<Rows>(path, options);
        return detail::SampleStream{[rows] { return rows->next(); },
                                    [rows](Index n) { return rows->skip(n); }};
    });
}

}  // namespace shikumi::datasets
