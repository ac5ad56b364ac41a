// Reading in a process apart: whatever happens there becomes an error in words.
#include "apart.hpp"

#include <signal.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <new>
#include <thread>

#include <shikumi/autograd/core/error.hpp>

#include "catch.hpp"
#include "support/sanitizers.hpp"
#include "support/temporary.hpp"

using command::Limits;
using command::read_apart;
using shikumi::IoError;
using shikumi_test::contains;

namespace {

void read(const std::function<void(const std::string&)>& how, const Limits& limits = {}) {
    read_apart("x.h5", limits, how, [](const std::string&) {});
}

}  // namespace

TEST_CASE("what a process apart has read comes back", "[apart]") {
    std::string got, where;
    read_apart(
        "x.h5", {}, [](const std::string& into) { std::ofstream(into) << "plain"; },
        [&](const std::string& from) {
            where = from;
            got = shikumi_test::contents(from);
        });
    CHECK(got == "plain");
    CHECK_FALSE(std::filesystem::exists(where));
}

TEST_CASE("an error of a process apart comes back in its words", "[apart]") {
    CHECK_THROWS_WITH(
        read([](const std::string&) { shikumi::fail<shikumi::ValueError>("load", "is bad"); }),
        "[load] is bad");
    CHECK_THROWS_AS(read([](const std::string&) { throw 1; }), IoError);
    const std::string most(200'000, 'x');  // more than a pipe holds
    CHECK_THROWS_WITH(read([&](const std::string&) { throw IoError(most); }), contains("xxxx"));
}

TEST_CASE("a crash, a loop and greed of a process apart become errors", "[apart]") {
    if (!shikumi_test::sanitized) {  // else the sanitizer catches it
        CHECK_THROWS_WITH(read([](const std::string&) { raise(SIGSEGV); }),
                          contains("Segmentation fault"));
    }
    CHECK_THROWS_WITH(
        read([](const std::string&) { raise(SIGABRT); }),
        contains("x.h5 can't be read: the library that reads it crashed") && contains("Abort"));
    CHECK_THROWS_WITH(read([](const std::string&) { _exit(7); }), contains("ended with 7"));
    const auto start = std::chrono::steady_clock::now();
    CHECK_THROWS_WITH(
        read([](const std::string&) { std::this_thread::sleep_for(std::chrono::minutes(5)); },
             {.seconds = 0.2}),
        contains("took more than 0.2 seconds"));
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::minutes(1));
    if (shikumi_test::sanitized) return;  // no limit of memory
    const auto greedy = [](const std::string&) {
        // Compilers leave out memory that nobody sees.
        [[maybe_unused]] void* volatile seen = ::operator new (std::size_t{1} << 40);
    };
    CHECK_THROWS_WITH(read(greedy, {.memory = std::uint64_t{4} << 30}), contains("memory"));
}
