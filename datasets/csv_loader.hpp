// csv_loader: the rows of a CSV file that needn't fit into memory.
#pragma once

#include <string>
#include <vector>

#include <shikumi/datasets/csv.hpp>
#include <shikumi/datasets/loader.hpp>

namespace shikumi::datasets {

/// What `csv_loader` takes from each row. Columns are named as in the first line of the file, or by
/// "0", "1", … where it has no header.
struct CsvLoaderOptions {
    std::vector<std::string> inputs = {};   ///< columns of numbers; empty: all but the targets
    std::vector<std::string> targets = {};  ///< columns of numbers, or one of classes
    /// The texts of the only target's classes: its label is the place in this list. Empty: targets
    /// are numbers.
    std::vector<std::string> classes = {};
    /// How the lines are read. Its text columns mean nothing here, since columns that aren't named
    /// are passed over, and `max_bytes` bounds a line.
    CsvOptions csv = {.max_bytes = 16u << 20};
};

/// The rows of a CSV file, gzipped or not, read anew in each epoch: x (inputs,) and y (targets,) of
/// the options' dtype, or y () i64 for classes. Shuffling mixes what its buffer holds.
///
/// Throws as `read_csv` does: at once for a file that can't be opened and options that don't fit
/// its first line, and when a row is asked for, naming its line, for one that is damaged or has a
/// class that isn't listed. Throws ValueError for a column that isn't there.
Loader csv_loader(const std::string& path, const CsvLoaderOptions& options = {});

}  // namespace shikumi::datasets
