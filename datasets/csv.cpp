#include <shikumi/datasets/csv.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <shikumi/datasets/detail/input.hpp>

namespace shikumi::datasets {
namespace {

using detail::Input;

// What an error shows of a field: its beginning, without control characters.
std::string excerpt(std::string_view field) {
    std::string shown(field.substr(0, 24));
    for (char& c : shown) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
    }
    return "'" + shown + (field.size() > 24 ? "…'" : "'");
}

struct Field {
    std::string text;
    std::size_t offset;
};

// Walks the text line by line.
class Lines {
public:
    Lines(const Input& input, std::string_view text, char separator)
        : input_(input), text_(text), separator_(separator) {
        if (text_.substr(0, 3) == "\xEF\xBB\xBF") position_ = 3;
    }

    bool more() const { return position_ < text_.size(); }
    int line() const { return line_; }

    std::vector<Field> next() {
        line_ = next_line_++;
        std::vector<Field> fields;
        for (;;) {
            fields.push_back(field());
            if (position_ == text_.size() || text_[position_++] == '\n') break;
        }
        return fields;
    }

private:
    // Up to the separator or line feed that ends it, which stays.
    Field field() {
        const std::size_t start = position_;
        std::string content;
        if (position_ < text_.size() && text_[position_] == '"') content = quoted_part(start);
        const char ends[] = {separator_, '\n'};
        const std::size_t end = std::min(text_.find_first_of({ends, 2}, position_), text_.size());
        content += text_.substr(position_, end - position_);
        position_ = end;
        if (!content.empty() && content.back() == '\r' && !at(separator_)) content.pop_back();
        return {std::move(content), start};
    }

    std::string quoted_part(std::size_t start) {
        std::string content;
        for (++position_; position_ < text_.size(); ++position_) {
            if (text_[position_] == '"') {
                ++position_;
                if (!at('"')) return content;
            }
            if (at('\n')) ++next_line_;
            content += text_[position_];
        }
        input_.fail_at(start, "line ", line_, ": a quote is opened and never closed");
    }

    bool at(char c) const { return position_ < text_.size() && text_[position_] == c; }

    const Input& input_;
    std::string_view text_;
    char separator_;
    std::size_t position_ = 0;
    int line_ = 0;
    int next_line_ = 1;
};

std::optional<float> number(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    const auto last = text.find_last_not_of(" \t");
    if (first == std::string_view::npos) return {};
    text = text.substr(first, last - first + 1);
    if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const auto rounded = static_cast<float>(value);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(rounded))
        return {};
    return rounded;
}

}  // namespace

Table read_csv(const std::filesystem::path& path, const CsvOptions& options) {
    Input input("read_csv", path);
    const std::string text = input.read_all("the table", options.max_bytes);
    Lines lines(input, text, options.separator);

    Table table;
    std::vector<bool> is_text;
    std::vector<float> numbers;
    Index rows = 0;
    while (lines.more()) {
        const std::vector<Field> fields = lines.next();
        if (is_text.empty()) {
            is_text.resize(fields.size());
            for (const int column : options.text_columns) {
                if (column < 0 || static_cast<std::size_t>(column) >= fields.size())
                    fail<ValueError>("read_csv", "text column ", column, " of ", path.string(),
                                     ", which has columns 0 to ", fields.size() - 1);
                is_text[static_cast<std::size_t>(column)] = true;
            }
            table.texts.resize(
                static_cast<std::size_t>(std::count(is_text.begin(), is_text.end(), true)));
            if (options.header) {
                for (const Field& field : fields) table.names.push_back(field.text);
                continue;
            }
        }
        if (fields.size() != is_text.size())
            input.fail_at(fields.front().offset, "line ", lines.line(), " has ", fields.size(),
                          " columns, the lines before it have ", is_text.size());
        std::size_t text_column = 0;
        for (std::size_t column = 0; column < fields.size(); ++column) {
            const Field& field = fields[column];
            if (is_text[column]) {
                table.texts[text_column++].push_back(field.text);
            } else if (const auto value = number(field.text)) {
                numbers.push_back(*value);
            } else {
                input.fail_at(field.offset, "line ", lines.line(), ", column ", column + 1, ": ",
                              excerpt(field.text), " is not a finite number");
            }
        }
        ++rows;
    }
    if (rows == 0) input.fail("the table has no rows");
    const auto columns = static_cast<Index>(is_text.size() - table.texts.size());
    table.numbers = Tensor(Array::of(std::span<const float>(numbers), {rows, columns}));
    return table;
}

}  // namespace shikumi::datasets
