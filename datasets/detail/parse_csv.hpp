// The table in a text, wherever it comes from.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/datasets/csv.hpp>

namespace shikumi::datasets::detail {

/// A text and what its errors name: the function that reads it, and its path.
struct NamedText {
    std::string_view reader;
    std::string name;
    std::string_view text;

    /// Throws IoError at an offset.
    template <class... Parts>
    [[noreturn]] void fail_at(std::size_t offset, const Parts&... parts) const {
        shikumi::fail<IoError>(reader, name, ", byte ", offset, ": ", parts...);
    }
};

/// The table in a text; throws as `read_csv` does.
Table parse_csv(const NamedText& source, const CsvOptions& options);

}  // namespace shikumi::datasets::detail
