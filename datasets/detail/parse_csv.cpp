#include <shikumi/datasets/detail/parse_csv.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <span>

#include <shikumi/autograd/core/decimal.hpp>

namespace shikumi::datasets::detail {
namespace {

constexpr std::string_view blanks = " \t";

struct Field {
    std::string text;
    std::size_t offset;
    bool quoted = false;
};
using Fields = std::vector<Field>;

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool is_blank(const Fields& line) {
    return line.size() == 1 && !line[0].quoted && trimmed(line[0].text).empty();
}

// What an error shows of a field: its beginning, with codes for control characters and for the line
// ends that no other program writes, which a reader wouldn't see.
std::string excerpt(std::string_view field) {
    constexpr std::string_view unseen[] = {"\xC2\x85", "\xE2\x80\xA8", "\xE2\x80\xA9"};
    constexpr std::string_view digits = "0123456789abcdef";
    std::string shown = "'";
    std::size_t i = 0;
    while (i < field.size() && i < 24) {
        const auto code = static_cast<unsigned char>(field[i]);
        const bool hidden =
            code < 0x20 || code == 0x7f ||
            std::any_of(std::begin(unseen), std::end(unseen),
                        [&](std::string_view end) { return field.substr(i).starts_with(end); });
        if (hidden)
            shown.append("\\x").append(1, digits[code / 16]).append(1, digits[code % 16]);
        else
            shown += field[i];
        // Not within a character of UTF-8.
        for (++i; i < field.size() && (static_cast<unsigned char>(field[i]) & 0xC0) == 0x80; ++i) {
            if (!hidden) shown += field[i];
        }
    }
    return shown + (i < field.size() ? "…'" : "'");
}

// Walks the text line by line.
class Lines {
public:
    Lines(const NamedText& source, char separator)
        : source_(source), text_(source.text), separator_(separator) {
        if (text_.starts_with("\xFF\xFE") || text_.starts_with("\xFE\xFF"))
            source_.fail_at(0, "the text is UTF-16, wanted UTF-8");
        if (text_.starts_with("\xEF\xBB\xBF")) position_ = 3;
    }

    bool more() const { return position_ < text_.size(); }
    int line() const { return line_; }

    Fields next() {
        line_ = next_line_++;
        Fields fields;
        do fields.push_back(field());
        while (passed(separator_));
        passed('\r');
        passed('\n');
        return fields;
    }

private:
    // Up to the separator or line end behind it, which stays.
    Field field() {
        const std::size_t start = position_;
        if (at('"')) return {quoted_part(start), start, true};
        const char ends[] = {separator_, '\n', '\r'};
        position_ = std::min(text_.find_first_of({ends, 3}, start), text_.size());
        return {std::string(text_.substr(start, position_ - start)), start};
    }

    std::string quoted_part(std::size_t start) {
        std::string content;
        for (++position_; more(); ++position_) {
            if (passed('"') && !at('"')) {
                while (!at(separator_) && (at(' ') || at('\t'))) ++position_;
                if (more() && !at(separator_) && !at('\n') && !at('\r'))
                    source_.fail_at(position_, "line ", next_line_ - 1,
                                    ": text follows a closing quote");
                return content;
            }
            if (at('\n') || (at('\r') && text_.substr(position_ + 1, 1) != "\n")) ++next_line_;
            content += text_[position_];
        }
        source_.fail_at(start, "line ", line_, ": a quote is opened and never closed");
    }

    bool at(char c) const { return more() && text_[position_] == c; }
    bool passed(char c) {
        if (!at(c)) return false;
        ++position_;
        return true;
    }

    const NamedText& source_;
    std::string_view text_;
    char separator_;
    std::size_t position_ = 0;
    int line_ = 0;
    int next_line_ = 1;
};

struct Number {
    double value = 0;
    bool is_number = false;    // a number's spelling; NaN and infinity have one, too
    const char* why_not = "";  // why it can't stand in the table
};

// Whether `digits`, with zeros behind a point at most, spell an integer other than `rounded`.
bool is_other_integer(std::string_view digits, double rounded) {
    if (const auto point = digits.find('.'); point != std::string_view::npos) {
        if (digits.find_first_not_of('0', point + 1) != std::string_view::npos) return false;
        digits = digits.substr(0, point);
    }
    if (digits.find_first_not_of("0123456789") != std::string_view::npos) return false;
    digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
    const std::string exact = shikumi::detail::fixed(std::abs(rounded), 0);
    return digits != (exact == "0" ? "" : exact);
}

Number number(std::string_view text, DType dtype) {
    text = trimmed(text);
    if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
    const char* const end = text.data() + text.size();
    Number result{.why_not = " is not a finite number"};
    auto parsed = std::from_chars(text.data(), end, result.value);
    if (parsed.ec == std::errc::result_out_of_range) {  // which side, the wider range knows
        long double wide = HUGE_VALL;
        parsed = std::from_chars(text.data(), end, wide);
        result.value = static_cast<double>(wide);
    }
    result.is_number = parsed.ptr == end && !text.empty();
    if (!result.is_number) return result;
    if (dtype == f32) result.value = static_cast<double>(static_cast<float>(result.value));
    if (!std::isfinite(result.value)) return result;
    if (text[0] == '-') text.remove_prefix(1);
    result.why_not = "";
    if (is_other_integer(text, result.value))
        result.why_not = dtype == f32 ? " is not exact in f32; pass .dtype = f64, or read the "
                                        "column as text"
                                      : " is not exact in f64; read the column as text";
    return result;
}

// Puts line after line into a table.
class TableBuilder {
public:
    TableBuilder(const NamedText& source, const CsvOptions& options)
        : source_(source), options_(options), lines_(source, options.separator) {}

    Table table() {
        while (lines_.more()) {
            const Fields fields = lines_.next();
            if (is_blank(fields))
                pass_blank(fields);
            else
                add(fields);
        }
        if (rows_ == 0) source_.fail_at(source_.text.size(), "the table has no rows");
        const Shape shape{rows_, static_cast<Index>(is_text_.size() - table_.texts.size())};
        Array numbers({shape, options_.dtype});
        if (options_.dtype == f32)
            std::transform(numbers_.begin(), numbers_.end(), numbers.mutable_data<float>().begin(),
                           [](double v) { return static_cast<float>(v); });
        else
            std::ranges::copy(numbers_, numbers.mutable_data<double>().begin());
        table_.numbers = Tensor(numbers);
        return std::move(table_);
    }

private:
    // A blank line is an empty text where texts are all there is. Elsewhere it may end the table.
    void pass_blank(const Fields& fields) {
        if (is_text_.empty()) return;
        blank_.push_back({lines_.line(), fields[0].offset});
    }

    void add(const Fields& fields) {
        if (is_text_.empty()) {
            know_columns(fields.size());
            if (is_header(fields)) {
                for (const Field& field : fields) table_.names.push_back(field.text);
                return;
            }
        }
        const bool one_text = is_text_.size() == 1 && is_text_[0];
        if (!blank_.empty() && !one_text)
            source_.fail_at(blank_[0].offset, "line ", blank_[0].line, " is blank");
        for (; !blank_.empty(); blank_.pop_back()) add_row({{"", 0}});
        add_row(fields);
    }

    void know_columns(std::size_t columns) {
        is_text_.resize(columns);
        for (const int column : options_.text_columns) {
            if (column < 0 || static_cast<std::size_t>(column) >= columns)
                fail<ValueError>(source_.reader, "text column ", column, " of ", source_.name,
                                 ", which has columns 0 to ", columns - 1);
            is_text_[static_cast<std::size_t>(column)] = true;
        }
        table_.texts.resize(
            static_cast<std::size_t>(std::count(is_text_.begin(), is_text_.end(), true)));
    }

    bool is_header(const Fields& fields) const {
        if (options_.header) return *options_.header;
        const Field *name = nullptr, *figure = nullptr;
        for (std::size_t column = 0; column < fields.size(); ++column) {
            if (is_text_[column] || trimmed(fields[column].text).empty()) continue;
            const bool numeric = number(fields[column].text, f64).is_number;
            (numeric ? figure : name) = &fields[column];
        }
        if (name && figure)
            source_.fail_at(fields[0].offset, "line ", lines_.line(),
                            " is neither a header nor a row: ", excerpt(figure->text),
                            " is a number and ", excerpt(name->text),
                            " isn't; pass .header = true or .header = false");
        const bool all_texts = table_.texts.size() == fields.size();
        return name || all_texts;
    }

    void add_row(const Fields& fields) {
        if (fields.size() != is_text_.size())
            source_.fail_at(fields.front().offset, "line ", lines_.line(), " has ", fields.size(),
                            fields.size() == 1 ? " column" : " columns",
                            ", the lines before it have ", is_text_.size());
        std::size_t text_column = 0;
        for (std::size_t column = 0; column < fields.size(); ++column) {
            const Field& field = fields[column];
            if (is_text_[column]) {
                table_.texts[text_column++].push_back(field.text);
                continue;
            }
            const Number read = number(field.text, options_.dtype);
            if (*read.why_not)
                source_.fail_at(field.offset, "line ", lines_.line(), ", column ", column + 1, ": ",
                                excerpt(field.text), read.why_not);
            numbers_.push_back(read.value);
        }
        ++rows_;
    }

    struct Blank {
        int line;
        std::size_t offset;
    };
    const NamedText& source_;
    const CsvOptions& options_;
    Lines lines_;
    Table table_;
    std::vector<bool> is_text_;  // of each column; empty before the first line
    std::vector<Blank> blank_;   // lines since the last row
    std::vector<double> numbers_;
    Index rows_ = 0;
};

}  // namespace

Table parse_csv(const NamedText& source, const CsvOptions& options) {
    if (options.dtype != f32 && options.dtype != f64)
        fail<DTypeError>(source.reader, "numbers are read as f32 or f64, not ", options.dtype);
    if (std::string_view("\"\r\n").find(options.separator) != std::string_view::npos)
        fail<ValueError>(source.reader, "a quote or a line end can't separate fields");
    return TableBuilder(source, options).table();
}

}  // namespace shikumi::datasets::detail
