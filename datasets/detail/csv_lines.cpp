#include <shikumi/datasets/detail/csv_lines.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace shikumi::datasets::detail {

namespace {

constexpr std::string_view blanks = " \t";
constexpr std::size_t block = std::size_t{1} << 18;

}  // namespace

CsvSource csv_source(std::string_view reader, std::string name, std::string_view text) {
    return {reader, std::move(name), [text](std::span<std::byte> out) mutable {
                const std::size_t count = std::min(out.size(), text.size());
                if (count > 0) std::memcpy(out.data(), text.data(), count);
                text.remove_prefix(count);
                return count;
            }};
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

// Besides control characters, the line ends that no other program writes.
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

CsvLines::CsvLines(CsvSource source, const CsvOptions& options, const CsvBudget& budget)
    : source_(std::move(source)),
      separator_(options.separator),
      comment_(options.comment),
      skips_blank_(options.skip_blank_lines),
      budget_(budget) {
    constexpr std::string_view special = "\"\r\n";
    if (special.find(separator_) != special.npos)
        fail<ValueError>(source_.reader, "a quote or a line end can't separate fields");
    if (special.find(comment_) != special.npos || comment_ == separator_)
        fail<ValueError>(source_.reader,
                         "a quote, a line end or the separator can't open a comment");
    refill();
    if (text_.starts_with("\xFF\xFE") || text_.starts_with("\xFE\xFF"))
        source_.fail_at(0, "the text is UTF-16, wanted UTF-8");
    if (text_.starts_with("\xEF\xBB\xBF")) position_ = 3;
}

bool CsvLines::next() {
    if (held_) return give_held();
    while (next_from_text()) {
        if (is_blank()) {
            if (!begun_ || skips_blank_) continue;
            if (blanks_++ == 0) blank_line_ = line_, blank_at_ = fields_.front().offset;
            continue;
        }
        begun_ = true;
        if (blanks_ == 0) return true;
        if (!counts_blank_)
            source_.fail_at(blank_at_, "line ", blank_line_,
                            " is blank; pass .skip_blank_lines = true");
        held_ = true;
        held_fields_.swap(fields_);
        held_count_ = count_;
        return give_held();
    }
    return false;
}

// The blank lines one by one, then the line that was behind them.
bool CsvLines::give_held() {
    if (blanks_ > 0) {
        --blanks_;
        fields_.assign(1, CsvField());
        count_ = 1;
        return true;
    }
    held_ = false;
    fields_.swap(held_fields_);
    count_ = held_count_;
    return true;
}

// Where the window ends within a line, the line is read again from a larger one.
bool CsvLines::next_from_text() {
    for (;;) {
        const std::size_t start = position_, line = next_line_;
        starved_ = false;
        if (parse_line()) return true;
        if (!starved_) return false;
        position_ = start;
        next_line_ = line;
        shorten_to(start);
        if (text_.size() > budget_.line)
            source_.fail_at(base_, "line ", line, " is longer than ", budget_.line, " bytes");
        refill();
    }
}

// False where there is no line, or not all of it.
bool CsvLines::parse_line() {
    while (comment_ != '\0' && at(comment_)) pass_comment();
    if (!more()) return false;
    line_ = next_line_++;
    count_ = 0;
    do parse_field();
    while (!starved_ && passed(separator_));
    passed('\r');
    passed('\n');
    return !starved_;
}

void CsvLines::pass_comment() {
    position_ = std::min(text_.find_first_of("\r\n", position_), text_.size());
    ++next_line_;
    passed('\r');
    passed('\n');
}

// Up to the separator or line end behind it, which stays.
void CsvLines::parse_field() {
    if (count_ == fields_.size()) fields_.emplace_back();
    CsvField& field = fields_[count_++];
    field.offset = base_ + position_;
    field.quoted = at('"');
    if (field.quoted) return parse_quoted(field);
    const char ends[] = {separator_, '\n', '\r'};
    const std::size_t end = std::min(text_.find_first_of({ends, 3}, position_), text_.size());
    field.text.assign(text_, position_, end - position_);
    position_ = end;
}

void CsvLines::parse_quoted(CsvField& field) {
    field.text.clear();
    for (++position_; more(); ++position_) {
        if (passed('"') && !at('"')) {
            while (!at(separator_) && (at(' ') || at('\t'))) ++position_;
            if (more() && !at(separator_) && !at('\n') && !at('\r'))
                source_.fail_at(base_ + position_, "line ", next_line_ - 1,
                                ": text follows a closing quote");
            return;
        }
        const char c = text_[position_];
        const bool alone = position_ + 1 == text_.size() || text_[position_ + 1] != '\n';
        if (c == '\n' || (c == '\r' && alone)) ++next_line_;
        field.text += c;
    }
    if (!starved_)
        source_.fail_at(field.offset, "line ", line_, ": a quote is opened and never closed");
}

void CsvLines::refill() {
    const std::size_t old = text_.size(), room = std::max(block, old);
    text_.resize(old + room);
    const std::size_t got = source_.read(std::as_writable_bytes(std::span(text_).subspan(old)));
    text_.resize(old + got);
    complete_ = got < room;
    if (bytes_read() > budget_.text)
        source_.fail_at(bytes_read(), "the table is larger than ", budget_.text, " bytes");
}

// Drops what lies before `first`.
void CsvLines::shorten_to(std::size_t first) {
    text_.erase(0, first);
    base_ += first;
    position_ -= first;
}

bool CsvLines::is_blank() const {
    return count_ == 1 && !fields_[0].quoted && trimmed(fields_[0].text).empty();
}

bool CsvLines::more() {
    if (position_ < text_.size()) return true;
    starved_ = starved_ || !complete_;
    return false;
}

bool CsvLines::passed(char c) {
    if (!at(c)) return false;
    ++position_;
    return true;
}

}  // namespace shikumi::datasets::detail
