// Names of files with numbers in them.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <shikumi/autograd/core/shape.hpp>

namespace shikumi::nn::detail {

/// A name with fields in Python's form, such as "{epoch:02d}-{val_loss:.2f}". A field has a name
/// and perhaps a form: fill and alignment, sign, width, precision, and one of the types d, e, f, g
/// and %. "{{" and "}}" are braces.
class FilePattern {
public:
    /// A whole number is written as one, without a point.
    using Number = std::variant<Index, double>;

    /// Throws ValueError beginning with `who` for a brace without its fellow, and a form that isn't
    /// known.
    FilePattern(std::string who, std::string pattern);

    /// The names of the fields.
    std::vector<std::string> names() const;
    /// The name with its numbers. Throws ValueError for a type d where the number isn't whole.
    std::string filled(const std::function<Number(const std::string& name)>& number) const;

private:
    struct Field {
        std::string before;  // the text in front of it
        std::string name, form;
        char fill = ' ', align = 0, sign = '-', type = 0;
        int width = 0, precision = -1;
    };
    void read_form(Field& field) const;
    std::string digits_of(const Field& field, const Number& number) const;

    std::string who_, pattern_, rest_;  // the text behind the last field
    std::vector<Field> fields_;
};

}  // namespace shikumi::nn::detail
