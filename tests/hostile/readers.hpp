// Everything that reads files, in one table, for tests with hostile ones.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace shikumi_test {

/// A reader of some kind of file.
struct Reader {
    std::string_view name;  ///< "safetensors"
    /// Reads all that a file holds, and says so in a text that is equal for equal content. Throws
    /// shikumi::Error for a bad file.
    std::string (*read)(const std::filesystem::path& file);
    /// Small valid files.
    std::vector<std::string> (*good)();
    /// Files that are bad in ways of their own.
    std::vector<std::string> (*bad)();
    /// Whether checksums or the format's redundancy find every changed bit that matters.
    bool finds_changes;
};

/// All readers of this build; those whose library is missing are left out.
const std::vector<Reader>& readers();

/// A file in memory with a name that readers can open.
class FileInMemory {
public:
    explicit FileInMemory(std::string_view bytes);
    FileInMemory(const FileInMemory&) = delete;
    FileInMemory& operator=(const FileInMemory&) = delete;
    ~FileInMemory();
    const std::filesystem::path& path() const { return path_; }

private:
    int descriptor_;
    std::filesystem::path path_;
};

}  // namespace shikumi_test
