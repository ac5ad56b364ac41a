#include <shikumi/datasets/detail/csv_number.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>

#include <shikumi/autograd/core/decimal.hpp>
#include <shikumi/autograd/core/error.hpp>
#include <shikumi/datasets/detail/csv_lines.hpp>

namespace shikumi::datasets::detail {

namespace {

// Whether `digits`, with zeros behind a point at most, spell an integer other than `rounded`.
bool is_other_integer(std::string_view digits, double rounded) {
    if (const auto point = digits.find('.'); point != std::string_view::npos) {
        if (digits.find_first_not_of('0', point + 1) != std::string_view::npos) return false;
        digits = digits.substr(0, point);
    }
    if (digits.find_first_not_of("0123456789") != std::string_view::npos) return false;
    digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
    if (std::abs(rounded) <= 0x1p24 && digits.size() <= 7) return false;
    const std::string exact = shikumi::detail::fixed(std::abs(rounded), 0);
    return digits != (exact == "0" ? "" : exact);
}

}  // namespace

CsvNumber csv_number(std::string_view text, DType dtype, char decimal) {
    text = trimmed(text);
    CsvNumber result{.why_not = " is not a finite number"};
    std::string with_point;
    if (decimal != '.') {
        if (text.find('.') != std::string_view::npos) return result;
        with_point = text;
        std::ranges::replace(with_point, decimal, '.');
        text = with_point;
    }
    if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
    const char* const end = text.data() + text.size();
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

CsvNumbers::CsvNumbers(std::string_view reader, const CsvOptions& options)
    : dtype_(options.dtype),
      decimal_(options.decimal),
      missing_(options.missing),
      missing_texts_(options.missing_texts) {
    if (dtype_ != f32 && dtype_ != f64)
        fail<DTypeError>(reader, "numbers are read as f32 or f64, not ", dtype_);
    if ((decimal_ != '.' && decimal_ != ',') || decimal_ == options.separator)
        fail<ValueError>(reader, "the decimal point is '.' or ',', and not the separator");
}

CsvNumber CsvNumbers::operator()(std::string_view text) const {
    if (missing_ && std::ranges::find(missing_texts_, trimmed(text)) != missing_texts_.end())
        return {.value = *missing_, .is_number = false};
    CsvNumber number = csv_number(text, dtype_, decimal_);
    if (*number.why_not && trimmed(text).empty())
        number.why_not = " is not a finite number; pass .missing for numbers that are missing";
    return number;
}

}  // namespace shikumi::datasets::detail
