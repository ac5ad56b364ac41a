// Numbers as CSV files spell them.
#pragma once

#include <string_view>

#include <shikumi/datasets/csv.hpp>

namespace shikumi::datasets::detail {

/// What a field says.
struct CsvNumber {
    double value = 0;          ///< rounded to the dtype
    bool is_number = false;    ///< a number's spelling; NaN and infinity have one, too
    const char* why_not = "";  ///< why it can't stand in a table; "" where it can
};

/// Reads a field, blanks around it apart.
CsvNumber csv_number(std::string_view text, DType dtype, char decimal);

/// How fields of one file become numbers.
class CsvNumbers {
public:
    /// Throws DTypeError unless the options' dtype is f32 or f64, ValueError for a decimal point
    /// that can't be one; both begin with `reader`.
    CsvNumbers(std::string_view reader, const CsvOptions& options);
    /// The number, or what stands for a missing one.
    CsvNumber operator()(std::string_view text) const;

private:
    DType dtype_;
    char decimal_;
    std::optional<double> missing_;
    std::vector<std::string> missing_texts_;
};

}  // namespace shikumi::datasets::detail
