// The table in a text, wherever it comes from.
#pragma once

#include <shikumi/datasets/csv.hpp>
#include <shikumi/datasets/detail/csv_lines.hpp>

namespace shikumi::datasets::detail {

/// The table in a text; throws as `read_csv` does.
Table parse_csv(CsvSource source, const CsvOptions& options);

/// Throws IoError where the line has another number of fields.
void want_columns(const CsvLines& line, std::size_t columns);
/// Throws IoError that shows a field and says why it can't stand there.
[[noreturn]] void refuse_field(const CsvLines& line, std::size_t column, std::string_view why);
/// Whether the first line names the columns. `is_text` says which columns are texts. Throws IoError
/// where the line is of both kinds.
bool is_header(const CsvLines& line, const CsvOptions& options, const std::vector<bool>& is_text);

}  // namespace shikumi::datasets::detail
