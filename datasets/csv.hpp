// Reading tables of numbers and texts.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::datasets {

/// How a CSV file is read.
struct CsvOptions {
    /// Whether the first line names the columns. Without an answer it does unless it holds numbers:
    /// a line of numbers is a row, and one of both is refused. Text columns don't count.
    std::optional<bool> header = {};
    char separator = ',';                ///< between fields
    std::vector<int> text_columns = {};  ///< positions, from 0, of the columns that aren't numbers
    std::size_t max_bytes = 256u << 20;  ///< larger files are refused (after decompression)
    DType dtype = f32;                   ///< of the numbers: f32 or f64
    bool all_texts = false;              ///< read every column as text
    char decimal = '.';                  ///< '.' or ',', in front of the digits behind the point
    char comment = '\0';                 ///< lines that begin with it are left out; '\0': none
    bool skip_blank_lines = false;       ///< leave out blank lines between rows, which are refused
    /// The number that a missing one becomes, perhaps NaN; without it missing ones are refused.
    std::optional<double> missing = {};
    /// Fields that stand for a missing number, blanks around them apart.
    std::vector<std::string> missing_texts = usual_missing_texts();

    /// "", NA, N/A, n/a, NaN, nan, null, NULL, None and "?".
    static std::vector<std::string> usual_missing_texts();
};

/// A table, split into its numbers and its texts; both keep the order of the file.
struct Table {
    std::vector<std::string> names;               ///< of all columns; empty without a header
    Tensor numbers;                               ///< (rows, columns that are numbers)
    std::vector<std::vector<std::string>> texts;  ///< one list of fields for each text column
};

/// The table in a CSV file (RFC 4180: quoted fields), gzipped or not, in UTF-8. Lines end with LF,
/// CRLF or CR; blank ones before and after the table are left out.
///
/// Throws IoError, with path, line, column and byte offset, for a file that is missing, empty, too
/// large, damaged or ragged, and for a field that isn't a finite number or is an integer that the
/// dtype would round, as f32 does above 2²⁴; ValueError for a text column outside the table and for
/// characters that can't separate fields, open a comment or be a decimal point; DTypeError unless
/// the dtype is f32 or f64.
Table read_csv(const std::string& path, const CsvOptions& options = {});

}  // namespace shikumi::datasets
