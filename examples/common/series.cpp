#include "series.hpp"

#include <cmath>
#include <iostream>
#include <optional>

#include <shikumi/autograd/core/error.hpp>

namespace examples {

using namespace shikumi;

namespace {

std::size_t place_of(const Table& table, const std::string& name) {
    if (!name.empty()) return table.place(name);
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < table.names.size(); ++i) {
        const Column column = guess_column(table.names[i], table.columns[i]);
        if (column.kind != Column::Kind::number) continue;
        if (found)
            fail<ValueError>("time_series", "several columns hold numbers, such as '",
                             table.names[*found], "' and '", table.names[i],
                             "': name one by --target");
        found = i;
    }
    if (!found) fail<ValueError>("time_series", "no column holds numbers");
    return *found;
}

double correlation(const std::vector<double>& values, std::size_t lag) {
    double product = 0, square = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        square += values[i] * values[i];
        if (i >= lag) product += values[i] * values[i - lag];
    }
    const double n = static_cast<double>(values.size());
    return square > 0 ? product / square * n / (n - static_cast<double>(lag)) : 0;
}

}  // namespace

std::vector<float> column_of(const Table& table, const std::string& name) {
    const std::size_t place = place_of(table, name);
    const std::vector<std::string>& fields = table.columns[place];
    const Column column = guess_column(table.names[place], fields);
    std::vector<float> values;
    std::size_t missing = 0;
    for (std::size_t row = 0; row < fields.size(); ++row) {
        if (is_missing(fields[row]) && !values.empty()) {
            values.push_back(values.back());
            ++missing;
            continue;
        }
        const std::optional<double> value = number_in(fields[row], column.decimal);
        if (!value)
            fail<ValueError>("time_series", "row ", row + 1, ", column '", table.names[place],
                             "': '", fields[row], "' is no number");
        values.push_back(static_cast<float>(*value));
    }
    if (missing > 0) std::cout << missing << " missing values became the ones before them\n";
    return values;
}

Index period_of(const std::vector<float>& values, Index most) {
    std::vector<double> changes;
    for (std::size_t i = 1; i < values.size(); ++i)
        changes.push_back(double{values[i]} - double{values[i - 1]});
    Index best = 1;
    double highest = 0.3;  // less is chance
    const auto last = std::min<Index>(most, static_cast<Index>(changes.size()) / 2);
    for (Index lag = 2; lag <= last; ++lag) {
        const double c = correlation(changes, static_cast<std::size_t>(lag));
        if (c <= highest) continue;
        highest = c;
        best = lag;
    }
    return best;
}

std::vector<float> delayed(const std::vector<float>& values, const std::vector<float>& before,
                           Index steps) {
    std::vector<float> all = before;
    all.insert(all.end(), values.begin(), values.end());
    const std::ptrdiff_t first = static_cast<std::ptrdiff_t>(before.size()) - steps;
    return {all.begin() + first, all.begin() + first + static_cast<std::ptrdiff_t>(values.size())};
}

double mean_absolute_error(const std::vector<float>& said, const std::vector<float>& truth) {
    double sum = 0;
    for (std::size_t i = 0; i < truth.size(); ++i)
        sum += std::abs(double{said[i]} - double{truth[i]});
    return sum / static_cast<double>(truth.size());
}

}  // namespace examples
