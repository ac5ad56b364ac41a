#include "table.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include <shikumi/autograd/core/decimal.hpp>
#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/core/new_file.hpp>
#include <shikumi/datasets/csv.hpp>

namespace examples {

using namespace shikumi;

namespace {

using Fields = std::vector<std::string>;
using Kind = Column::Kind;

constexpr std::size_t most_categories = 100, most_classes = 20;

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string join(const Fields& list, std::size_t most) {
    std::string text;
    for (std::size_t i = 0; i < std::min(list.size(), most); ++i)
        text += (i > 0 ? ", " : "") + list[i];
    return text + (list.size() > most ? ", …" : "");
}

// A whole number at the beginning, which is taken off.
std::optional<int> take_digits(std::string_view& text) {
    const std::size_t count = std::min(text.find_first_not_of("0123456789"), text.size());
    if (count == 0 || count > 4) return std::nullopt;
    int value = 0;
    std::from_chars(text.data(), text.data() + count, value);
    text.remove_prefix(count);
    return value;
}

// 2024-02-29, 29.2.2024, 2/29/2024, perhaps with a time behind a blank or T.
bool is_date(std::string_view field) {
    field = trimmed(field);
    field = field.substr(0, field.find_first_of(" T"));
    int parts[3];
    char separator = 0;
    for (int i = 0; i < 3; ++i) {
        const std::optional<int> part = take_digits(field);
        if (!part) return false;
        parts[i] = *part;
        if (i == 2) break;
        if (field.empty() || std::string_view("-./").find(field[0]) == std::string_view::npos ||
            (i == 1 && field[0] != separator))
            return false;
        separator = field[0];
        field.remove_prefix(1);
    }
    const auto is_day = [](int a, int b) {
        return a > 0 && b > 0 && std::min(a, b) <= 12 && std::max(a, b) <= 31;
    };
    const auto is_year = [](int year) { return year >= 1000; };
    return field.empty() && ((is_year(parts[0]) && is_day(parts[1], parts[2])) ||
                             (is_year(parts[2]) && is_day(parts[0], parts[1])));
}

Fields present(const Fields& fields) {
    Fields there;
    for (const std::string& field : fields) {
        if (!is_missing(field)) there.emplace_back(trimmed(field));
    }
    return there;
}

// The decimal point with which all fields are numbers; absent where there is none.
std::optional<char> decimal_of(const Fields& fields) {
    for (const char decimal : {'.', ','}) {
        if (std::ranges::all_of(fields, [&](const std::string& field) {
                return number_in(field, decimal).has_value();
            }))
            return decimal;
    }
    return std::nullopt;
}

std::vector<double> numbers_of(const Fields& fields, char decimal) {
    std::vector<double> numbers;
    for (const std::string& field : fields) numbers.push_back(*number_in(field, decimal));
    return numbers;
}

bool are_whole(const std::vector<double>& numbers) {
    return std::ranges::all_of(numbers, [](double n) { return n == std::trunc(n); });
}

// One after another, in the order of the rows.
bool number_the_rows(const std::vector<double>& numbers) {
    for (std::size_t i = 1; i < numbers.size(); ++i) {
        if (numbers[i] != numbers[i - 1] + 1) return false;
    }
    return numbers.size() >= 10;
}

void set_figures(double& mean, double& deviation, const std::vector<double>& numbers) {
    if (numbers.empty()) return;
    double sum = 0, squares = 0;
    for (const double n : numbers) sum += n;
    mean = sum / static_cast<double>(numbers.size());
    for (const double n : numbers) squares += (n - mean) * (n - mean);
    deviation = std::sqrt(squares / static_cast<double>(numbers.size()));
    if (!(deviation > 0)) deviation = 1;
}

std::string csv_line(const Fields& fields, char separator) {
    std::string line;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (i > 0) line += separator;
        const std::string& field = fields[i];
        if (field.find_first_of(std::string("\"\r\n") + separator) == field.npos) {
            line += field;
            continue;
        }
        line += '"';
        for (const char c : field) line.append(c == '"' ? 2 : 1, c);
        line += '"';
    }
    return line + '\n';
}

// Classes in the order of their numbers, or of their texts.
Fields sorted_classes(const std::set<std::string>& distinct) {
    Fields classes(distinct.begin(), distinct.end());
    if (const std::optional<char> decimal = decimal_of(classes))
        std::ranges::sort(classes, {},
                          [&](const std::string& c) { return *number_in(c, *decimal); });
    return classes;
}

Target guess_target(const std::string& name, const Fields& fields) {
    const Fields there = present(fields);
    const std::set<std::string> distinct(there.begin(), there.end());
    const auto refuse = [&](const std::string& why) {
        fail<ValueError>("tabular", "the target '", name, "' can't be learnt: ", why);
    };
    if (distinct.size() < 2) refuse("it is the same in all rows");
    if (std::ranges::all_of(there, is_date)) refuse("it holds dates");
    const std::optional<char> decimal = decimal_of(there);
    if (decimal) {
        const std::vector<double> numbers = numbers_of(there, *decimal);
        if (are_whole(numbers) && number_the_rows(numbers)) refuse("it numbers the rows");
        if (!are_whole(numbers) || distinct.size() > most_classes)
            return {.name = name, .decimal = *decimal};
    } else if (distinct.size() > most_categories || 2 * distinct.size() > there.size()) {
        refuse(sentence("it has ", distinct.size(), " different texts in ", there.size(), " rows"));
    }
    return {.name = name, .classes = sorted_classes(distinct)};
}

// Why a text column says nothing of other rows; empty where it may.
std::string reason_against(const Fields& there, const std::set<std::string>& distinct) {
    const auto numbers = std::ranges::count_if(
        there, [](const std::string& field) { return number_in(field, '.').has_value(); });
    if (10 * static_cast<std::size_t>(numbers) > 9 * there.size()) {
        const auto odd = std::ranges::find_if(
            there, [](const std::string& field) { return !number_in(field, '.'); });
        return "it has texts such as '" + *odd + "' among its numbers";
    }
    if (distinct.size() > 2 && 2 * distinct.size() > there.size())
        return "its texts differ from row to row";
    if (distinct.size() > most_categories)
        return sentence("it has ", distinct.size(), " different texts");
    return "";
}

// The numbers of one field, at their place in a row of zeros.
void put(const Column& column, const std::string& field, std::size_t row, float* to) {
    if (column.kind == Kind::category) {
        const auto found = std::ranges::find(column.categories, trimmed(field));
        if (found != column.categories.end()) to[found - column.categories.begin()] = 1;
        return;
    }
    if (is_missing(field)) {
        if (column.often_missing) to[1] = 1;
        return;
    }
    const std::optional<double> value = number_in(field, column.decimal);
    if (!value)
        fail<ValueError>("tabular", "row ", row + 1, ", column '", column.name, "': '", field,
                         "' is no number");
    to[0] = static_cast<float>((*value - column.mean) / column.deviation);
}

}  // namespace

// ---- tables -------------------------------------------------------------------------------------

std::size_t Table::place(std::string_view name) const {
    const auto found = std::ranges::find(names, name);
    if (found == names.end())
        fail<ValueError>("tabular", "there is no column '", name, "', the columns are ",
                         join(names, 40));
    return static_cast<std::size_t>(found - names.begin());
}

Table read_table(const std::filesystem::path& file) {
    Table best;
    std::optional<IoError> error;
    for (const char separator : {',', ';', '\t', '|'}) {
        try {
            datasets::Table read = datasets::read_csv(file, {.header = false,
                                                             .separator = separator,
                                                             .all_texts = true,
                                                             .skip_blank_lines = true});
            if (read.texts.size() > best.columns.size())
                best = {{}, std::move(read.texts), separator};
        } catch (const IoError& e) {
            if (!error) error = e;
        }
    }
    if (best.columns.empty()) throw *error;
    // A column that only seems to be one, since another separator splits nothing.
    if (best.columns.size() == 1 && error) throw *error;
    Fields first;
    for (const Fields& column : best.columns) first.push_back(column.front());
    const bool is_header = std::ranges::none_of(first, [](const std::string& field) {
        return number_in(field, '.') || number_in(field, ',');
    });
    for (std::size_t i = 0; i < first.size(); ++i) {
        best.names.push_back(is_header ? std::string(trimmed(first[i])) : std::to_string(i));
        if (is_header) best.columns[i].erase(best.columns[i].begin());
    }
    if (best.rows() == 0) fail<IoError>("tabular", file.string(), " has no rows");
    return best;
}

Table rows_of(const Table& table, const std::vector<Index>& rows) {
    Table chosen{table.names, {}, table.separator};
    for (const Fields& column : table.columns) {
        Fields& to = chosen.columns.emplace_back();
        for (const Index row : rows) to.push_back(column[static_cast<std::size_t>(row)]);
    }
    return chosen;
}

std::vector<Index> rows_with(const Table& table, const std::string& target) {
    const Fields& fields = table.columns[table.place(target)];
    std::vector<Index> rows;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (!is_missing(fields[i])) rows.push_back(static_cast<Index>(i));
    }
    return rows;
}

bool is_missing(std::string_view field) {
    static const Fields texts = datasets::CsvOptions().missing_texts;
    return std::ranges::find(texts, trimmed(field)) != texts.end();
}

std::optional<double> number_in(std::string_view field, char decimal) {
    std::string text(trimmed(field));
    if (decimal != '.') {
        if (text.find('.') != text.npos) return std::nullopt;
        std::ranges::replace(text, decimal, '.');
    }
    const char* first = text.data();
    if (text.size() > 1 && text[0] == '+' && text[1] != '-') ++first;
    double value = 0;
    const auto [end, error] = std::from_chars(first, text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
        return std::nullopt;
    return value;
}

void write_table(const Table& table, const std::filesystem::path& file) {
    if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path());
    shikumi::detail::NewFile written("tabular", file);
    written.write(csv_line(table.names, table.separator));
    for (std::size_t row = 0; row < table.rows(); ++row) {
        Fields fields;
        for (const Fields& column : table.columns) fields.push_back(column[row]);
        written.write(csv_line(fields, table.separator));
    }
    written.keep();
}

// ---- columns ------------------------------------------------------------------------------------

std::size_t Column::width() const {
    if (kind == Kind::left_out) return 0;
    return kind == Kind::category ? categories.size() : often_missing ? 2 : 1;
}

std::string Column::description() const {
    if (kind == Kind::left_out) return "left out: " + why;
    if (kind == Kind::category) return "category: " + join(categories, 8);
    return "number: mean " + shikumi::detail::significant(mean, 4) + ", deviation " +
           shikumi::detail::significant(deviation, 4) + (often_missing ? ", some are missing" : "");
}

Column guess_column(const std::string& name, const Fields& fields) {
    const Fields there = present(fields);
    const std::set<std::string> distinct(there.begin(), there.end());
    Column column{.name = name};
    if (there.empty()) {
        column.why = "it is empty";
    } else if (distinct.size() == 1 && there.size() == fields.size()) {
        column.why = "it is '" + there.front() + "' in all rows";
    } else if (std::ranges::all_of(there, is_date)) {
        column.why = "it holds dates; columns such as year, month or weekday could be read";
    } else if (const std::optional<char> decimal = decimal_of(there)) {
        const std::vector<double> numbers = numbers_of(there, *decimal);
        if (are_whole(numbers) && number_the_rows(numbers)) {
            column.why = "it numbers the rows";
        } else {
            column.kind = Kind::number;
            column.decimal = *decimal;
        }
    } else {
        column.why = reason_against(there, distinct);
        if (column.why.empty()) {
            column.kind = Kind::category;
            column.categories.assign(distinct.begin(), distinct.end());
        }
    }
    return column;
}

// For files; found by the namespace of its arguments.
static void visit_fields(auto& fields, FieldsOf<Column> auto& c) {
    int kind = static_cast<int>(c.kind);
    std::string decimal(1, c.decimal);
    fields("name", c.name);
    fields("kind", kind);
    fields("why", c.why);
    fields("decimal", decimal);
    fields("mean", c.mean);
    fields("deviation", c.deviation);
    fields("often_missing", c.often_missing);
    fields("categories", c.categories);
    if constexpr (!std::is_const_v<std::remove_reference_t<decltype(c)>>) {
        if (kind < 0 || kind > 2 || decimal.size() != 1)
            fail<ValueError>("tabular", "the file's column '", c.name, "' is of no known kind");
        c.kind = static_cast<Kind>(kind);
        c.decimal = decimal[0];
    }
}

static void visit_fields(auto& fields, FieldsOf<Target> auto& t) {
    std::string decimal(1, t.decimal);
    fields("name", t.name);
    fields("classes", t.classes);
    fields("decimal", decimal);
    fields("mean", t.mean);
    fields("deviation", t.deviation);
    if constexpr (!std::is_const_v<std::remove_reference_t<decltype(t)>>) {
        if (decimal.size() == 1) t.decimal = decimal[0];
    }
}

// ---- reading ------------------------------------------------------------------------------------

TableReader::TableReader(const Table& table, const std::string& target,
                         const std::vector<Index>& training) {
    const std::size_t place = table.place(target);
    const Table train = rows_of(table, training);
    target_ = guess_target(target, table.columns[place]);
    const auto figures = [&](std::size_t column, char decimal, double& mean, double& deviation) {
        set_figures(mean, deviation, numbers_of(present(train.columns[column]), decimal));
    };
    if (!target_.is_class()) figures(place, target_.decimal, target_.mean, target_.deviation);
    for (std::size_t i = 0; i < table.names.size(); ++i) {
        if (i == place) continue;
        Column& column = columns_.emplace_back(guess_column(table.names[i], table.columns[i]));
        if (column.kind != Kind::number) continue;
        figures(i, column.decimal, column.mean, column.deviation);
        column.often_missing = std::ranges::any_of(train.columns[i], is_missing);
    }
    if (width() == 0) fail<ValueError>("tabular", "no column is left to learn '", target, "' from");
}

Index TableReader::width() const {
    std::size_t width = 0;
    for (const Column& column : columns_) width += column.width();
    return static_cast<Index>(width);
}

Tensor TableReader::features(const Table& table) const {
    const auto across = static_cast<std::size_t>(width());
    Array values({{static_cast<Index>(table.rows()), width()}, f32});
    const auto to = values.mutable_data<float>();
    std::ranges::fill(to, 0.0f);
    std::size_t at = 0;
    for (const Column& column : columns_) {
        if (column.kind == Kind::left_out) continue;
        const Fields& fields = table.columns[table.place(column.name)];
        for (std::size_t row = 0; row < fields.size(); ++row)
            put(column, fields[row], row, to.data() + row * across + at);
        at += column.width();
    }
    return Tensor(values);
}

Tensor TableReader::targets(const Table& table) const {
    const Fields& fields = table.columns[table.place(target_.name)];
    const auto n = static_cast<Index>(fields.size());
    Array values = target_.is_class() ? Array({{n}, i64}) : Array({{n, 1}, f32});
    for (std::size_t row = 0; row < fields.size(); ++row) {
        const auto refuse = [&](const char* why) {
            fail<ValueError>("tabular", "row ", row + 1, ": the target '", fields[row], "' ", why);
        };
        if (target_.is_class()) {
            const auto found = std::ranges::find(target_.classes, trimmed(fields[row]));
            if (found == target_.classes.end()) refuse("is none of the classes");
            values.mutable_data<std::int64_t>()[row] = found - target_.classes.begin();
        } else {
            const std::optional<double> number = number_in(fields[row], target_.decimal);
            if (!number) refuse("is no number");
            values.mutable_data<float>()[row] =
                static_cast<float>((*number - target_.mean) / target_.deviation);
        }
    }
    return Tensor(values);
}

bool TableReader::has_target(const Table& table) const {
    return std::ranges::find(table.names, target_.name) != table.names.end();
}

Config TableReader::config() const {
    Config::List columns;
    for (const Column& column : columns_) columns.push_back(ConfigWriter().fields(column));
    return {{"columns", columns}, {"target", ConfigWriter().fields(target_)}};
}

TableReader TableReader::from_config(const Config& config) {
    const Config* const columns = config.find("columns");
    const Config* const target = config.find("target");
    if (!columns || !columns->list() || !target)
        fail<ValueError>("tabular", "the file doesn't say what the columns are");
    TableReader reader;
    for (const Config& column : *columns->list())
        reader.columns_.push_back(ConfigReader("column", column).fields<Column>());
    reader.target_ = ConfigReader("target", *target).fields<Target>();
    return reader;
}

}  // namespace examples
