// Reading tables of numbers and texts.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::datasets {

/// How a CSV file is read.
struct CsvOptions {
    bool header = true;                  ///< the first line names the columns
    char separator = ',';                ///< between fields
    std::vector<int> text_columns = {};  ///< positions, from 0, of the columns that aren't numbers
    std::size_t max_bytes = 256u << 20;  ///< larger files are refused (after decompression)
};

/// A table, split into its numbers and its texts; both keep the order of the file.
struct Table {
    std::vector<std::string> names;               ///< of all columns; empty without a header
    Tensor numbers;                               ///< f32 (rows, columns that are numbers)
    std::vector<std::vector<std::string>> texts;  ///< one list of fields for each text column
};

/// The table in a CSV file (RFC 4180: quoted fields, LF or CRLF), gzipped or not.
///
/// Throws IoError, with path, line, column and byte offset, for a file that is missing, empty, too
/// large, damaged or ragged, and for a field that isn't a finite number; ValueError for a text
/// column outside the table.
Table read_csv(const std::filesystem::path& path, const CsvOptions& options = {});

}  // namespace shikumi::datasets
