#include <shikumi/datasets/download.hpp>

#include <filesystem>
#include <vector>

#include <shikumi/autograd/core/error.hpp>

#include "catch.hpp"
#include "server.hpp"
#include "support/temporary.hpp"

using namespace shikumi;
using namespace shikumi_test;
using datasets::download;

namespace {

// SHA-256 of "hello".
const std::string right = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
const std::string wrong(64, '0');

bool skipped() {
    if (datasets::can_download()) return false;
    WARN("built without libcurl: not tested");
    return true;
}

// A folder with an old file, which must survive failed downloads.
struct OldFile {
    TemporaryFolder folder;
    std::filesystem::path target = folder.write("target", "old");

    template <class E = IoError>
    void stays(const std::string& url, const std::string& why,
               const datasets::DownloadOptions& options = {}) {
        INFO(why);
        CHECK_THROWS_AS(download(url, target, options), E);
        CHECK_THROWS_WITH(download(url, target, options), contains(why));
        CHECK(contents(target) == "old");
        CHECK(folder.entries() == 1);
    }
};

}  // namespace

TEST_CASE("download fetches a file and checks it", "[download]") {
    if (skipped()) return;
    const TemporaryFolder folder;
    const Server server("200 OK", "hello");
    const auto target = folder.path() / "new" / "folder" / "file";

    std::vector<std::uint64_t> seen;
    download(server.url(), target,
             {.sha256 = right,
              .on_progress = [&](const std::string& name, std::uint64_t done, std::uint64_t) {
                  CHECK(name == "file");
                  seen.push_back(done);
              }});
    CHECK(contents(target) == "hello");
    REQUIRE(!seen.empty());
    CHECK(seen.back() == 5);
    CHECK(std::distance(std::filesystem::directory_iterator(target.parent_path()), {}) == 1);

    folder.write("new/folder/file", "old");
    download("file://" + folder.write("local", "hello").string(), target, {.sha256 = right});
    CHECK(contents(target) == "hello");
}

TEST_CASE("a failed download leaves the old file and nothing else", "[download]") {
    if (skipped()) return;
    OldFile old;
    const Server good("200 OK", "hello");
    old.stays(good.url(), "has the SHA-256 " + right + ", " + wrong + " was expected",
              {.sha256 = wrong});
    old.stays(good.url(), "is longer than 4 bytes", {.max_bytes = 4});
    old.stays(Server("404 Not Found", "nothing here").url(), "");
    const Server missing("404 Not Found", "nothing here");
    old.stays(missing.url(), "404");
    const Server broken("200 OK", "hel", 5);
    old.stays(broken.url(), broken.url());
    old.stays("file:///does/not/exist", "file:///does/not/exist");
    old.stays("ftp://127.0.0.1/x", "ftp");
    const Server elsewhere("302 Found\r\nLocation: file:///etc/hostname", "");
    old.stays(elsewhere.url(), "");

    struct Stop : std::runtime_error {
        using std::runtime_error::runtime_error;
    };
    old.stays<Stop>(good.url(), "enough", {.on_progress = [](auto&&...) { throw Stop("enough"); }});
}

TEST_CASE("download refuses a place that can't be written", "[download]") {
    if (skipped()) return;
    const TemporaryFolder folder;
    const auto file = folder.write("file", "");
    CHECK_THROWS_AS(download("file:///dev/null", file / "below"), IoError);
    CHECK_THROWS_AS(download("file://" + file.string(), folder.path()),
                    IoError);  // a folder is there
    CHECK(folder.entries() == 1);
}

TEST_CASE("without libcurl, download says so", "[download]") {
    if (datasets::can_download()) return;
    CHECK_THROWS_AS(download("http://127.0.0.1/", "x"), StateError);
}
