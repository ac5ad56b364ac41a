// Fetching a file and making sure that it is the right one.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace shikumi::datasets {

/// Called with the progress of a download: the file's name, bytes so far, bytes in all (0 while
/// unknown). Throwing from it ends the download.
using DownloadProgress =
    std::function<void(const std::string& file, std::uint64_t done, std::uint64_t total)>;

/// How `download` fetches a file.
struct DownloadOptions {
    std::string sha256 = {};            ///< of the right file, in lower-case hex; empty: any
    std::uint64_t max_bytes = 1 << 30;  ///< a longer answer is refused
    DownloadProgress on_progress = {};  ///< called while bytes come in
};

/// True where the library was built with libcurl.
bool can_download() noexcept;

/// Fetches `url` (http, https or file) to `target`, whose folder is made. The bytes go to a file
/// beside it, which takes target's name only when it is complete and has the right checksum: after
/// a failure the old file is as it was and nothing partial is left.
///
/// Throws IoError for errors of the network or the disk, a wrong checksum or a too long answer, and
/// StateError where the library was built without libcurl.
void download(const std::string& url, const std::string& target,
              const DownloadOptions& options = {});

}  // namespace shikumi::datasets
