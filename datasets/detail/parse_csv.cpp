#include <shikumi/datasets/detail/parse_csv.hpp>

#include <algorithm>

#include <shikumi/datasets/detail/csv_number.hpp>

namespace shikumi::datasets::detail {

namespace {

// Puts line after line into a table.
class TableBuilder {
public:
    TableBuilder(CsvSource source, const CsvOptions& options)
        : options_(options),
          number_(source.reader, options),
          lines_(std::move(source), options, {.text = options.max_bytes}) {}

    Table table() {
        while (lines_.next()) {
            if (!is_text_.empty()) {
                add_row();
                continue;
            }
            know_columns();
            if (!is_header(lines_, options_, is_text_))
                add_row();
            else
                for (const CsvField& field : lines_.fields()) table_.names.push_back(field.text);
        }
        if (rows_ == 0) lines_.source().fail_at(lines_.bytes_read(), "the table has no rows");
        const Shape shape{rows_, static_cast<Index>(is_text_.size() - table_.texts.size())};
        Array numbers({shape, options_.dtype});
        dispatch_floating(options_.dtype, [&]<class T>() {
            std::ranges::transform(numbers_, numbers.mutable_data<T>().begin(),
                                   [](double v) { return static_cast<T>(v); });
        });
        table_.numbers = Tensor(numbers);
        return std::move(table_);
    }

private:
    void know_columns() {
        const std::size_t columns = lines_.fields().size();
        is_text_.assign(columns, options_.all_texts);
        for (const int column : options_.text_columns) {
            if (column < 0 || static_cast<std::size_t>(column) >= columns)
                fail<ValueError>(lines_.source().reader, "text column ", column, " of ",
                                 lines_.source().name, ", which has columns 0 to ", columns - 1);
            is_text_[static_cast<std::size_t>(column)] = true;
        }
        table_.texts.resize(static_cast<std::size_t>(std::ranges::count(is_text_, true)));
        if (columns == 1 && is_text_[0]) lines_.count_blank_lines();
    }

    void add_row() {
        want_columns(lines_, is_text_.size());
        std::size_t text_column = 0;
        for (std::size_t column = 0; column < is_text_.size(); ++column) {
            const CsvField& field = lines_.fields()[column];
            if (is_text_[column]) {
                table_.texts[text_column++].push_back(field.text);
                continue;
            }
            const CsvNumber read = number_(field.text);
            if (*read.why_not) refuse_field(lines_, column, read.why_not);
            numbers_.push_back(read.value);
        }
        ++rows_;
    }

    const CsvOptions& options_;
    const CsvNumbers number_;
    CsvLines lines_;
    Table table_;
    std::vector<bool> is_text_;  // of each column; empty before the first line
    std::vector<double> numbers_;
    Index rows_ = 0;
};

}  // namespace

void want_columns(const CsvLines& line, std::size_t columns) {
    const std::size_t count = line.fields().size();
    if (count != columns)
        line.source().fail_at(line.fields().front().offset, "line ", line.line(), " has ", count,
                              count == 1 ? " column" : " columns", ", the lines before it have ",
                              columns);
}

void refuse_field(const CsvLines& line, std::size_t column, std::string_view why) {
    const CsvField& field = line.fields()[column];
    line.source().fail_at(field.offset, "line ", line.line(), ", column ", column + 1, ": ",
                          excerpt(field.text), why);
}

bool is_header(const CsvLines& line, const CsvOptions& options, const std::vector<bool>& is_text) {
    if (options.header) return *options.header;
    const CsvField *name = nullptr, *figure = nullptr;
    for (std::size_t column = 0; column < is_text.size(); ++column) {
        const CsvField& field = line.fields()[column];
        if (is_text[column] || trimmed(field.text).empty()) continue;
        (csv_number(field.text, f64, options.decimal).is_number ? figure : name) = &field;
    }
    if (name && figure)
        line.source().fail_at(line.fields()[0].offset, "line ", line.line(),
                              " is neither a header nor a row: ", excerpt(figure->text),
                              " is a number and ", excerpt(name->text),
                              " isn't; pass .header = true or .header = false");
    return name || std::ranges::find(is_text, false) == is_text.end();
}

Table parse_csv(CsvSource source, const CsvOptions& options) {
    return TableBuilder(std::move(source), options).table();
}

}  // namespace shikumi::datasets::detail
