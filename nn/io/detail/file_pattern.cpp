#include <shikumi/nn/io/detail/file_pattern.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

#include <shikumi/autograd/core/decimal.hpp>
#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/callbacks/detail/number_text.hpp>

namespace shikumi::nn::detail {

namespace {

namespace decimal = shikumi::detail;

constexpr int most_digits = 99;  // of a number, as its width or precision

bool is_align(char c) { return c == '<' || c == '>' || c == '^' || c == '='; }

// Takes one of these characters off the front; 0 where there is none.
char take_any(std::string_view& text, std::string_view of) {
    if (text.empty() || of.find(text.front()) == std::string_view::npos) return 0;
    const char c = text.front();
    text.remove_prefix(1);
    return c;
}

// Takes a number off the front; -1 where there is none.
int take_number(std::string_view& text) {
    int number = -1;
    while (const char c = take_any(text, "0123456789"))
        number = std::min(std::max(number, 0) * 10 + (c - '0'), most_digits + 1);
    return number;
}

std::string formatted(double value, char type, int precision) {
    const int places = precision < 0 ? 6 : precision;
    switch (type) {
        case 'e':
            return decimal::scientific(value, places);
        case 'f':
            return decimal::fixed(value, places);
        case '%':
            return decimal::fixed(value * 100, places) + '%';
        case 'g':
            return decimal::significant(value, std::max(places, 1));
        default:
            return precision < 0 ? number_text(value)
                                 : decimal::significant(value, std::max(precision, 1));
    }
}

}  // namespace

FilePattern::FilePattern(std::string who, std::string pattern)
    : who_(std::move(who)), pattern_(std::move(pattern)) {
    std::string_view left = pattern_;
    while (!left.empty()) {
        const char c = left.front();
        left.remove_prefix(1);
        if ((c == '{' || c == '}') && !left.empty() && left.front() == c) {
            rest_ += c;
            left.remove_prefix(1);
            continue;
        }
        if (c == '}') fail<ValueError>(who_, "'", pattern_, "' has a '}' without its '{'");
        if (c != '{') {
            rest_ += c;
            continue;
        }
        const std::size_t end = left.find('}');
        if (end == std::string_view::npos)
            fail<ValueError>(who_, "'", pattern_, "' has a '{' without its '}'");
        const std::string_view inside = left.substr(0, end);
        const std::size_t colon = std::min(inside.find(':'), inside.size());
        Field field{.before = std::exchange(rest_, {}),
                    .name = std::string(inside.substr(0, colon)),
                    .form = std::string(inside.substr(std::min(colon + 1, inside.size())))};
        if (field.name.empty()) fail<ValueError>(who_, "'", pattern_, "' has a field without name");
        read_form(field);
        fields_.push_back(std::move(field));
        left.remove_prefix(end + 1);
    }
}

// [[fill]align][sign][0][width][.precision][type]
void FilePattern::read_form(Field& field) const {
    std::string_view form = field.form;
    if (form.size() > 1 && is_align(form[1])) {
        field.fill = form[0];
        form.remove_prefix(1);
    }
    field.align = take_any(form, "<>^=");
    if (const char sign = take_any(form, "+- ")) field.sign = sign;
    if (form.starts_with('0') && field.align == 0) {
        field.fill = '0';
        field.align = '=';
    }
    field.width = std::max(take_number(form), 0);
    if (take_any(form, ".")) {
        field.precision = take_number(form);
        if (field.precision < 0) field.precision = most_digits + 1;
    }
    field.type = take_any(form, "defg%");
    if (!form.empty() || field.width > most_digits || field.precision > most_digits)
        fail<ValueError>(who_, "'", pattern_, "': the form '", field.form,
                         "' isn't known: write '02d', '.3f' or the like");
}

std::vector<std::string> FilePattern::names() const {
    std::vector<std::string> all;
    for (const Field& field : fields_) all.push_back(field.name);
    return all;
}

// Without its sign.
std::string FilePattern::digits_of(const Field& field, const Number& number) const {
    if (const Index* const whole = std::get_if<Index>(&number)) {
        if (field.type == 0 || field.type == 'd') return std::to_string(std::abs(*whole));
        return formatted(std::abs(static_cast<double>(*whole)), field.type, field.precision);
    }
    if (field.type == 'd')
        fail<ValueError>(who_, "'", pattern_, "': ", field.name,
                         " isn't a whole number: write '.3f' or the like");
    return formatted(std::abs(std::get<double>(number)), field.type, field.precision);
}

std::string FilePattern::filled(
    const std::function<Number(const std::string& name)>& number) const {
    std::string text;
    for (const Field& field : fields_) {
        const Number value = number(field.name);
        const bool negative =
            std::visit([](auto n) { return std::signbit(static_cast<double>(n)); }, value);
        std::string sign = negative ? "-" : field.sign == '-' ? "" : std::string(1, field.sign);
        std::string digits = digits_of(field, value);
        const std::size_t wide = sign.size() + digits.size();
        const std::size_t fill = static_cast<std::size_t>(field.width) -
                                 std::min(static_cast<std::size_t>(field.width), wide);
        const std::size_t left = field.align == '<' ? 0 : field.align == '^' ? fill / 2 : fill;
        if (field.align == '=')
            digits.insert(0, fill, field.fill);
        else
            sign.insert(0, left, field.fill);
        text += field.before + sign + digits;
        if (field.align != '=') text.append(fill - left, field.fill);
    }
    return text + rest_;
}

}  // namespace shikumi::nn::detail
