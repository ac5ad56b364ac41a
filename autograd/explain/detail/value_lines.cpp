#include <shikumi/autograd/explain/detail/value_lines.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include <shikumi/autograd/graph/node.hpp>

namespace shikumi::detail {

namespace {

constexpr int digits = 5;

template <class... How>
std::string printed(double value, How... how) {
    std::array<char, 400> text;  // of the longest double without exponent
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value + 0.0, how...).ptr;
    return std::string(text.data(), end);
}

// Numbers with the same decimals, as many as the largest wants for its digits and no more than the
// rest needs.
class Column {
public:
    explicit Column(const std::vector<double>& values) {
        double largest = 0;
        for (const double v : values)
            if (std::isfinite(v)) largest = std::max(largest, std::abs(v));
        const int before = largest > 0 ? static_cast<int>(std::floor(std::log10(largest))) + 1 : 1;
        fixed_ = before > -5 && before < 10;
        most_ = std::clamp(digits - before, 0, 9);
        for (const double v : values) {
            const std::string text = number(v, most_);
            const std::size_t point = text.find('.');
            if (!fixed_ || point == std::string::npos) continue;
            const std::size_t last = text.find_last_not_of('0');
            decimals_ = std::max(decimals_, static_cast<int>(last - point));
        }
    }
    std::string operator()(double value) const { return number(value, decimals_); }

private:
    std::string number(double value, int decimals) const {
        if (!std::isfinite(value)) return printed(value);
        if (!fixed_) return printed(value, std::chars_format::general, digits);
        std::string text = printed(value, std::chars_format::fixed, decimals);
        const bool zero = text.find_first_not_of("-0.") == std::string::npos;
        return zero && text[0] == '-' ? text.substr(1) : text;
    }

    bool fixed_ = true;
    int most_ = 0, decimals_ = 0;
};

// The first and the last few of `count`; -1 in the gap between.
std::vector<Index> shown(Index count) {
    constexpr Index all = 6, edge = 2;
    std::vector<Index> places;
    for (Index i = 0; i < count; ++i) {
        if (count <= all || i < edge || i >= count - edge)
            places.push_back(i);
        else if (i == edge)
            places.push_back(-1);
    }
    return places;
}

}  // namespace

std::string short_number(double value) {
    return printed(value, std::chars_format::general, digits);
}

std::vector<std::string> value_lines(const Tensor& x) {
    const std::vector<double> values = x.to_vector<double>();
    const Index columns = x.rank() > 0 ? x.shape().back() : 1;
    if (values.empty()) return {"[]"};
    const Column number(values);
    if (values.size() == 1) return {number(values[0])};
    const std::vector<Index> places = shown(columns);
    std::size_t width = 0;
    for (const double v : values) width = std::max(width, number(v).size());
    std::vector<std::string> lines;
    for (const Index row : shown(x.size() / columns)) {
        if (row < 0) {
            lines.push_back("⋮");
            continue;
        }
        std::string line;
        for (const Index column : places) {
            if (!line.empty()) line += "  ";
            if (column < 0) {
                line += "…";
                continue;
            }
            const std::string text =
                number(values[static_cast<std::size_t>(row * columns + column)]);
            line += std::string(width - text.size(), ' ') + text;
        }
        lines.push_back("[" + line + "]");
    }
    return lines;
}

}  // namespace shikumi::detail
