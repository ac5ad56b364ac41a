// CSVLogger: writes the logs of each epoch into a file.
#pragma once

#include <string>

#include <shikumi/nn/callbacks/callback.hpp>

namespace shikumi::nn {

/// What CSVLogger can be given.
struct CSVLoggerOptions {
    char separator = ',';  ///< between the numbers of a line
    bool append = false;   ///< go on with a file that has lines already, without another header
};

/// Writes a line for each epoch: its number, then the logs sorted by name, with the digits that
/// read back to them. The columns are those of the first epoch, and "val_" columns for an epoch to
/// come where the run is validated; a number that is missing is "NA". Lines end in CR LF, as
/// Keras's do. The file is complete after each epoch.
class CSVLogger : public Callback {
public:
    /// Throws ValueError where the separator is a digit, a letter, '.', '-', '"' or a line's end.
    /// Training throws IoError, before it begins, where the file can't be written.
    explicit CSVLogger(std::string path, const CSVLoggerOptions& options = {});

private:
    struct State;
};

}  // namespace shikumi::nn
