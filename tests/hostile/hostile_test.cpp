// Hostile files: each is refused in words, or read to what was written, and takes little time and
// memory.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <optional>
#include <string>

#include <shikumi/autograd/core/error.hpp>

#include "catch.hpp"
#include "memory.hpp"
#include "readers.hpp"

using namespace shikumi_test;

namespace {

constexpr std::size_t most_bytes = std::size_t{64} << 20;

// What all files of one kind took, for the last line of a test.
struct Costs {
    std::size_t files = 0, refused = 0, memory = 0;
    double seconds = 0, slowest = 0;
};

std::string shown(const std::string& bytes) {
    std::string text;
    for (const char c : bytes.substr(0, 300)) text += c >= ' ' && c <= '~' ? c : '.';
    return text;
}

// What a reader makes of a file; nothing where it refuses it in words.
std::optional<std::string> read(const Reader& reader, const std::string& bytes, Costs& costs) {
    const FileInMemory file(bytes);
    std::optional<std::string> content;
    ++costs.files;
    begin_counting();
    const auto begin = std::chrono::steady_clock::now();
    try {
        content = reader.read(file.path());
    } catch (const shikumi::Error& e) {
        ++costs.refused;
        if (std::string(e.what()).size() < 10) FAIL_CHECK("no words: " << e.what());
    }
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
    const std::size_t memory = most_memory();
    if (memory > most_bytes) FAIL_CHECK(memory << " bytes for " << shown(bytes));
    costs.memory = std::max(costs.memory, memory);
    costs.seconds += time.count();
    costs.slowest = std::max(costs.slowest, time.count());
    return content;
}

void print(const Reader& reader, const char* what, const Costs& costs) {
    std::printf("%-13.*s %-12s %6zu files, %6zu refused, %6.2f s, at most %6.2f ms and %5.2f MiB\n",
                static_cast<int>(reader.name.size()), reader.name.data(), what, costs.files,
                costs.refused, costs.seconds, 1e3 * costs.slowest,
                static_cast<double>(costs.memory) / (1 << 20));
}

}  // namespace

TEST_CASE("bad files are refused in words", "[hostile]") {
    std::size_t files = 0;
    for (const Reader& reader : readers()) {
        Costs costs;
        int number = 0;
        for (const std::string& bad : reader.bad()) {
            if (read(reader, bad, costs))
                FAIL_CHECK(reader.name << " file " << number << " was read: " << shown(bad));
            ++number;
        }
        print(reader, "bad", costs);
        files += costs.files;
    }
    std::printf("%zu bad files in all\n", files);
    CHECK(files >= 220);
}

TEST_CASE("every cut of a file is refused, or read as a whole", "[hostile]") {
    for (const Reader& reader : readers()) {
        Costs costs;
        for (const std::string& good : reader.good()) {
            const auto whole = read(reader, good, costs);
            REQUIRE(whole);
            for (std::size_t size = 0; size < good.size(); ++size) {
                const auto part = read(reader, good.substr(0, size), costs);
                // Event files are logs: whole records are a file, as for TensorFlow.
                const bool beginning = part && reader.name == "events" && whole->starts_with(*part);
                if (part && reader.finds_changes && part != whole && !beginning)
                    FAIL_CHECK(reader.name << " cut after " << size << " bytes was read");
            }
        }
        print(reader, "cut", costs);
    }
}

TEST_CASE("every flipped bit of a file is found, or changes nothing", "[hostile]") {
    for (const Reader& reader : readers()) {
        Costs costs;
        for (const std::string& good : reader.good()) {
            const auto whole = read(reader, good, costs);
            REQUIRE(whole);
            for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
                std::string flipped = good;
                flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ 1 << bit % 8);
                const auto content = read(reader, flipped, costs);
                if (content && reader.finds_changes && content != whole)
                    FAIL_CHECK(reader.name << " with bit " << bit
                                           << " flipped was read: " << shown(flipped));
            }
        }
        print(reader, "flipped", costs);
    }
}
