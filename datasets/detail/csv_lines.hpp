// The lines of a CSV text, which is read block by block.
#pragma once

#include <cstddef>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/datasets/csv.hpp>

namespace shikumi::datasets::detail {

/// Where a text comes from, and what its errors name: the function that reads it, and its path.
struct CsvSource {
    std::string_view reader;
    std::string name;
    /// Puts the next bytes of the text into a block; fewer than its size only at the end.
    std::function<std::size_t(std::span<std::byte>)> read;

    /// Throws IoError at an offset.
    template <class... Parts>
    [[noreturn]] void fail_at(std::size_t offset, const Parts&... parts) const {
        shikumi::fail<IoError>(reader, name, ", byte ", offset, ": ", parts...);
    }
};

/// A text in memory, which must outlive the source.
CsvSource csv_source(std::string_view reader, std::string name, std::string_view text);

/// A field without its quotes, and where it begins.
struct CsvField {
    std::string text;
    std::size_t offset = 0;
    bool quoted = false;
};

/// The text without blanks around it.
std::string_view trimmed(std::string_view text);
/// What an error shows of a field: its beginning, with codes for characters that can't be seen.
std::string excerpt(std::string_view field);

/// How much of a text may be read.
struct CsvBudget {
    std::size_t text = std::numeric_limits<std::size_t>::max();  ///< bytes in all
    std::size_t line = std::numeric_limits<std::size_t>::max();  ///< bytes of one line
};

/// Gives line after line. Comments are left out, and so are blank lines at both ends of the text.
/// Throws IoError for UTF-16, a quote that is never closed, text behind a closing quote, and where
/// the budget is exceeded.
class CsvLines {
public:
    /// Throws ValueError for characters that can't separate fields or open comments, and IoError
    /// for UTF-16.
    CsvLines(CsvSource source, const CsvOptions& options, const CsvBudget& budget);

    /// From now on a blank line between others is a line with one empty field. Before, it is left
    /// out where the options say so, and else refused by IoError.
    void count_blank_lines() noexcept { counts_blank_ = true; }
    /// Goes on to the next line; false at the end.
    bool next();
    /// The fields of the line.
    std::span<const CsvField> fields() const noexcept { return {fields_.data(), count_}; }
    /// The number of the line, from 1.
    std::size_t line() const noexcept { return line_; }
    /// How many bytes have been read.
    std::size_t bytes_read() const noexcept { return base_ + text_.size(); }
    const CsvSource& source() const noexcept { return source_; }

private:
    bool next_from_text();
    bool give_held();
    bool parse_line();
    void parse_field();
    void parse_quoted(CsvField& field);
    void pass_comment();
    void refill();
    void shorten_to(std::size_t first);
    bool is_blank() const;
    bool more();
    bool at(char c) { return more() && text_[position_] == c; }
    bool passed(char c);

    const CsvSource source_;
    const char separator_, comment_;
    const bool skips_blank_;
    const CsvBudget budget_;
    std::string text_;  // a window of the whole text, which begins at byte base_
    std::size_t base_ = 0, position_ = 0;
    bool complete_ = false;  // the window reaches the end of the text
    bool starved_ = false;   // the window ended within the line
    std::vector<CsvField> fields_;
    std::size_t count_ = 0;  // of the fields, those that belong to the line
    std::size_t line_ = 0, next_line_ = 1;
    bool begun_ = false;  // there was a line that isn't blank
    bool counts_blank_ = false;
    std::size_t blanks_ = 0;                     // since that line
    std::size_t blank_line_ = 0, blank_at_ = 0;  // the first of them
    bool held_ = false;  // the line waits until the blank ones before it are given
    std::vector<CsvField> held_fields_;
    std::size_t held_count_ = 0;
};

}  // namespace shikumi::datasets::detail
