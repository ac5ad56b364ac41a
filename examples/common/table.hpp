// Tables of a user's: what their columns hold, guessed, and how a network reads them.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <shikumi/autograd/core/config.hpp>
#include <shikumi/autograd/graph/tensor.hpp>

namespace examples {

// The fields of a table, column by column.
struct Table {
    std::vector<std::string> names;
    std::vector<std::vector<std::string>> columns;
    char separator = ',';

    std::size_t rows() const { return columns.empty() ? 0 : columns.front().size(); }
    // The place of a column. Throws shikumi::ValueError that lists the columns.
    std::size_t place(std::string_view name) const;
};

// The table in a CSV file, whose separator is guessed among , ; | and tabulator. Columns without
// names are called "0", "1", …. Throws shikumi::IoError.
Table read_table(const std::filesystem::path& file);
// Rows of a table, in the order of `rows`.
Table rows_of(const Table& table, const std::vector<shikumi::Index>& rows);

bool is_missing(std::string_view field);
// The number that a field spells, with this decimal point.
std::optional<double> number_in(std::string_view field, char decimal);

// What a column holds, and how it becomes numbers.
struct Column {
    enum class Kind { number, category, left_out };

    std::string name;
    Kind kind = Kind::left_out;
    std::string why = {};            // it is left out
    char decimal = '.';              // of numbers
    double mean = 0, deviation = 1;  // of numbers
    bool often_missing = false;      // a number was missing in training: that is told, too
    std::vector<std::string> categories = {};  // a 1 for each

    // How many numbers it becomes.
    std::size_t width() const;
    // One line for the user.
    std::string description() const;
};

// Guesses what a column holds: numbers; categories; or what says nothing of a row that comes later,
// and is left out: dates, numbers of rows, texts that differ from row to row, the same everywhere.
Column guess_column(const std::string& name, const std::vector<std::string>& fields);

// What is to be predicted: one of some classes, or a number.
struct Target {
    std::string name;
    std::vector<std::string> classes = {};  // empty: a number
    char decimal = '.';
    double mean = 0, deviation = 1;  // of a number

    bool is_class() const { return !classes.empty(); }
};

// Reads a table as a network does: standardised numbers, a 1 for each category. What is missing or
// unknown is 0 everywhere, the mean of a number.
class TableReader {
public:
    TableReader() = default;
    // Guesses what the columns hold; `target` is to be predicted. Means and deviations are those of
    // `training`, some rows of the table. Throws shikumi::ValueError for a target that can't be
    // learnt, such as a date, and where no column is left to learn from.
    TableReader(const Table& table, const std::string& target,
                const std::vector<shikumi::Index>& training);

    // (rows, width()) f32. Throws shikumi::ValueError for a missing column and a text among
    // numbers.
    shikumi::Tensor features(const Table& table) const;
    // (rows,) i64 for classes, (rows, 1) f32 standardised for numbers. Throws shikumi::ValueError
    // for a missing or unknown one.
    shikumi::Tensor targets(const Table& table) const;
    // Whether the table has the column that is predicted.
    bool has_target(const Table& table) const;
    shikumi::Index width() const;

    const std::vector<Column>& columns() const { return columns_; }
    const Target& target() const { return target_; }

    // For files.
    shikumi::Config config() const;
    static TableReader from_config(const shikumi::Config& config);

private:
    std::vector<Column> columns_;
    Target target_;
};

// The rows whose target is there.
std::vector<shikumi::Index> rows_with(const Table& table, const std::string& target);

// Writes a table as a CSV file, and makes its folder. Fields that need quotes get them. Throws
// shikumi::IoError.
void write_table(const Table& table, const std::filesystem::path& file);

}  // namespace examples
