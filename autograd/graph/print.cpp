// Printing as NumPy prints arrays.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <ostream>
#include <string>
#include <vector>

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi {

namespace {

constexpr Index summarised = 1000;  // elements beyond which the middle is left out
constexpr Index shown_at_ends = 3;
constexpr int most_digits = 8;

// Which positions of an axis are printed; -1 stands for the dots.
std::vector<Index> shown(Index size, bool summarise) {
    std::vector<Index> at;
    for (Index i = 0; i < size; ++i) {
        if (summarise && size > 2 * shown_at_ends && i == shown_at_ends) {
            at.push_back(-1);
            i = size - shown_at_ends;
        }
        at.push_back(i);
    }
    return at;
}

template <class T>
std::string shortest(T value, std::chars_format format) {
    char text[64];
    return {text, std::to_chars(text, text + sizeof text, value, format).ptr};
}

template <class T>
std::string rounded(T value, std::chars_format format, int digits) {
    char text[512];
    return {text, std::to_chars(text, text + sizeof text, value, format, digits).ptr};
}

int decimals(const std::string& number) {
    const auto point = number.find('.');
    if (point == std::string::npos) return 0;
    return static_cast<int>(std::min(number.find('e'), number.size()) - point - 1);
}

// All elements in one style, chosen as NumPy chooses: exponents where the sizes differ too much,
// else as many decimals as the longest needs, at most eight.
template <class T>
std::vector<std::string> real_cells(const std::vector<T>& values) {
    T largest = 0;
    T smallest = std::numeric_limits<T>::max();
    for (const T v : values) {
        if (!std::isfinite(v) || v == 0) continue;
        largest = std::max(largest, std::abs(v));
        smallest = std::min(smallest, std::abs(v));
    }
    const bool exponents =
        largest > 0 && (largest >= T(1e8) || smallest < T(1e-4) || largest / smallest > T(1e3));
    const auto format = exponents ? std::chars_format::scientific : std::chars_format::fixed;
    int digits = 0;
    for (const T v : values) {
        if (!std::isfinite(v)) continue;
        digits = std::max(digits, std::min(decimals(shortest(v, format)), most_digits));
    }
    std::vector<std::string> cells;
    for (const T v : values) {
        if (std::isnan(v)) {
            cells.push_back("nan");
        } else if (std::isinf(v)) {
            cells.push_back(v > 0 ? "inf" : "-inf");
        } else {
            std::string cell = shortest(v, format);
            if (decimals(cell) > most_digits) cell = rounded(v, format, most_digits);
            const auto end = std::min(cell.find('e'), cell.size());
            std::string mantissa = cell.substr(0, end);
            if (mantissa.find('.') == std::string::npos)
                mantissa += '.';
            else
                mantissa.erase(mantissa.find_last_not_of('0') + 1);
            // Exponents stand below each other, hence zeros; otherwise NumPy pads with blanks.
            mantissa.append(static_cast<std::size_t>(digits - decimals(mantissa)),
                            exponents ? '0' : ' ');
            cells.push_back(mantissa + cell.substr(end));
        }
    }
    return cells;
}

template <class T>
std::vector<std::string> cells_of(const std::vector<T>& values) {
    if constexpr (std::is_floating_point_v<T>) {
        return real_cells(values);
    } else {
        std::vector<std::string> cells;
        for (const T v : values) {
            if constexpr (std::is_same_v<T, bool>)
                cells.push_back(v ? "True" : "False");
            else
                cells.push_back(std::to_string(v));
        }
        return cells;
    }
}

class Printer {
public:
    template <class T>
    Printer(const Shape& shape, const T* data)
        : sizes_(shape.sizes()), summarise_(shape.size() > summarised) {
        std::vector<T> values;
        collect(0, 0, [&](Index i) { values.push_back(data[i]); });
        cells_ = cells_of(values);
        std::size_t width = 0;
        for (const std::string& c : cells_) width = std::max(width, c.size());
        for (std::string& c : cells_) c.insert(0, width - c.size(), ' ');
    }

    void print(std::ostream& out) {
        if (sizes_.rank() == 0) {
            const std::string& cell = cells_[0];
            out << cell.substr(0, cell.find_last_not_of(' ') + 1);
        } else {
            axis(out, 0);
        }
    }

private:
    template <class F>
    void collect(int axis, Index offset, F&& f) const {
        if (axis == sizes_.rank()) return f(offset);
        for (const Index i : shown(sizes_[axis], summarise_)) {
            if (i >= 0) collect(axis + 1, offset * sizes_[axis] + i, f);
        }
    }

    void axis(std::ostream& out, int axis) {
        if (axis + 1 == sizes_.rank()) return row(out);
        out << '[';
        bool first = true;
        for (const Index i : shown(sizes_[axis], summarise_)) {
            if (!first)
                out << std::string(static_cast<std::size_t>(sizes_.rank() - axis - 1), '\n')
                    << std::string(static_cast<std::size_t>(axis + 1), ' ');
            first = false;
            if (i < 0)
                out << "...";
            else
                this->axis(out, axis + 1);
        }
        out << ']';
    }

    // The last axis, wrapped before the closing brackets would pass the line's end.
    void row(std::ostream& out) {
        const auto indent = static_cast<std::size_t>(sizes_.rank());
        std::string text;
        std::string line(indent, ' ');
        bool first = true;
        for (const Index i : shown(sizes_[sizes_.rank() - 1], summarise_)) {
            const std::string& word = i < 0 ? dots_ : cells_[next_++];
            if (!first) line += ' ';
            first = false;
            if (line.size() > indent && line.size() + word.size() > line_width - indent) {
                line.erase(line.find_last_not_of(' ') + 1);
                text += line + '\n';
                line.assign(indent, ' ');
            }
            line += word;
        }
        text += line;
        out << '[' << text.substr(indent) << ']';
    }

    static constexpr std::size_t line_width = 75;
    const std::string dots_ = "...";
    Shape::Sizes sizes_;
    bool summarise_;
    std::vector<std::string> cells_;
    std::size_t next_ = 0;
};

}  // namespace

std::ostream& operator<<(std::ostream& out, const Tensor& t) {
    if (!t.defined()) return out << "(empty tensor)";
    dispatch(t.dtype(), [&]<class T>() { Printer(t.shape(), t.data<T>().data()).print(out); });
    return out;
}

}  // namespace shikumi
