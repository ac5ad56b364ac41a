#include <shikumi/autograd/core/new_file.hpp>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include <shikumi/autograd/core/error.hpp>

#include "catch.hpp"
#include "support/io_faults.hpp"
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

TEST_CASE("a new file can be overwritten at a place", "[new_file]") {
    const TemporaryFolder folder;
    const auto target = folder.path() / "target";
    NewFile file("test", target);
    file.write("abcdef");
    file.seek(2);
    CHECK(file.position() == 2);
    file.write("XY");
    CHECK(file.position() == 4);
    file.seek(6);
    file.write(std::string(200'000, 'z'));
    file.write("end");
    file.keep();
    CHECK(contents(target) == "abXYef" + std::string(200'000, 'z') + "end");
}

TEST_CASE("older files are kept under numbers", "[new_file]") {
    const TemporaryFolder folder;
    const auto target = folder.path() / "target";
    const auto write = [&](const std::string& text, int older) {
        NewFile file("test", target);
        file.write(text);
        file.keep(older);
    };
    for (const char* text : {"1", "2", "3", "4", "5"}) write(text, 2);
    const auto files = shikumi::detail::kept_files(target);
    REQUIRE(files.size() == 3);
    CHECK(contents(files[0]) == "5");
    CHECK(contents(files[1]) == "4");
    CHECK(contents(files[2]) == "3");
    CHECK(files[2] == folder.path() / "target.2");
    CHECK(folder.entries() == 3);
    write("6", 0);
    CHECK(contents(target) == "6");
    CHECK(contents(files[1]) == "4");
    CHECK(shikumi::detail::kept_files(folder.path() / "none").empty());
}

TEST_CASE("a failure at any call leaves the old file", "[new_file]") {
    const std::string fresh(300'000, 'n');
    for (const int older : {0, 2}) {
        int calls = 0;
        for (int failing = -1; failing < calls; ++failing) {
            for (const int error : {ENOSPC, EIO, EROFS}) {
                const TemporaryFolder folder;
                const auto target = folder.write("target", "old");
                folder.write("target.1", "older");
                INFO("call " << failing << " of " << calls << ", error " << error);
                bool refused = false;
                {
                    const IoFaults faults(failing, error);
                    try {
                        NewFile file("test", target);
                        file.write("x");
                        file.write(fresh);
                        file.keep(older);
                    } catch (const shikumi::IoError& e) {
                        refused = true;
                        CHECK_THAT(e.what(), contains(target.string()));
                    }
                    if (failing < 0) calls = faults.calls();
                }
                const std::string now = contents(target);
                CHECK((now == "old" || now == "x" + fresh));
                if (!refused) CHECK(now == "x" + fresh);
                const auto files = shikumi::detail::kept_files(target);
                CHECK(folder.entries() == files.size());  // no partial file
                if (older == 0) CHECK(contents(folder.path() / "target.1") == "older");
                if (failing < 0) break;
            }
        }
        CHECK(calls >= 8);
    }
}

TEST_CASE("a killed process leaves the old file", "[new_file]") {
    const TemporaryFolder folder;
    const auto target = folder.write("target", "old");
    const pid_t child = fork();
    if (child == 0) {
        NewFile file("test", target);
        file.write(std::string(300'000, 'n'));
        kill(getpid(), SIGKILL);
    }
    int status = 0;
    waitpid(child, &status, 0);
    CHECK(WIFSIGNALED(status));
    CHECK(contents(target) == "old");
}
