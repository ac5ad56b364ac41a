#include <shikumi/autograd/core/new_file.hpp>

#include <sys/stat.h>

#include <shikumi/autograd/core/error.hpp>

#include "catch.hpp"
#include "support/temporary.hpp"

using shikumi::detail::NewFile;
using namespace shikumi_test;

TEST_CASE("a new file takes its name when it is complete", "[new_file]") {
    const TemporaryFolder folder;
    const auto target = folder.write("target", "old");
    {
        NewFile file("test", target);
        file.write("new");
    }
    CHECK(contents(target) == "old");
    CHECK(folder.entries() == 1);
    {
        NewFile file("test", target);
        file.write("ne");
        file.write("w");
        CHECK(contents(target) == "old");
        file.keep();
    }
    CHECK(contents(target) == "new");
    CHECK(folder.entries() == 1);
}

TEST_CASE("a new file has the rights of the old one", "[new_file]") {
    const TemporaryFolder folder;
    const auto target = folder.write("target", "old");
    chmod(target.c_str(), 0640);
    NewFile file("test", target);
    file.keep();
    struct stat state {};
    stat(target.c_str(), &state);
    CHECK((state.st_mode & 0777) == 0640);
}

TEST_CASE("a new file says what it can't write", "[new_file]") {
    const TemporaryFolder folder;
    const auto missing = folder.path() / "none" / "file";
    CHECK_THROWS_AS(NewFile("test", missing), shikumi::IoError);
    CHECK_THROWS_WITH(NewFile("test", missing),
                      contains("[test] can't write " + missing.string() + ": No such file"));
    CHECK_THROWS_WITH(NewFile("test", folder.path()), contains("directory"));
    NewFile full("test", "/dev/full");
    full.write("x");
    CHECK_THROWS_WITH(full.keep(), contains("No space left"));
    CHECK(folder.entries() == 0);
}
