#include <shikumi/formats/detail/events.hpp>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/formats/detail/records.hpp>

#include "catch.hpp"
#include "support/infinity.hpp"
#include "support/temporary.hpp"

using namespace shikumi;
using namespace shikumi::formats::detail;
using shikumi_test::contains;
using shikumi_test::contents;
using shikumi_test::infinity;
using shikumi_test::TemporaryFolder;

namespace {

// Whether this build has protozero; says so where it doesn't.
bool has_events(const TemporaryFolder& folder) {
    try {
        const EventWriter writer(folder.path() / "try");
        return true;
    } catch (const IoError& e) {
        CHECK_THAT(e.what(), contains("libprotozero-dev"));
        WARN("without protozero event files aren't tested");
        return false;
    }
}

template <class T>
const T& content(const EventFile& file, std::size_t i) {
    REQUIRE(i < file.events.size());
    REQUIRE(std::holds_alternative<T>(file.events[i].content));
    return std::get<T>(file.events[i].content);
}

}  // namespace

TEST_CASE("events are written and read back", "[events]") {
    const TemporaryFolder folder;
    if (!has_events(folder)) return;
    EventWriter writer(folder.path() / "a" / "b");
    CHECK(writer.path().filename().string().starts_with("events.out.tfevents."));
    writer.scalar("loss", 3, 0.1);
    writer.scalar("bad", 4, infinity);
    writer.histogram("kernel", 5, std::vector<double>{0, 1, 2, 3, 4, 10}, 5);
    writer.images("digits", 6, {.width = 4, .height = 5, .images = {"one", "two"}});
    writer.text("note", 7, "größe");
    writer.graph({{{"x", "Input", {}, {{32, 4}, {}}}, {"dense/matmul", "MatMul", {"x", "k"}, {}}}});
    writer.flush();
    const EventFile file = read_events(writer.path());
    CHECK_FALSE(file.cut);
    REQUIRE(file.events.size() == 7);
    CHECK(content<EventFileVersion>(file, 0).version == "brain.Event:2");
    CHECK(content<EventFileVersion>(file, 0).writer == "shikumi");
    CHECK(content<EventScalar>(file, 1).value == 0.1f);
    CHECK(file.events[1].tag == "loss");
    CHECK(file.events[1].step == 3);
    CHECK(file.events[1].plugin == "scalars");
    CHECK(file.events[1].wall_time > 1.6e9);
    CHECK(content<EventScalar>(file, 2).value == infinity);
    const auto& h = content<EventHistogram>(file, 3);
    CHECK(h.left == std::vector<double>{0, 2, 4, 6, 8});
    CHECK(h.right == std::vector<double>{2, 4, 6, 8, 10});
    CHECK(h.count == std::vector<double>{2, 2, 1, 0, 1});
    const auto& images = content<EventImages>(file, 4);
    CHECK(images.width == 4);
    CHECK(images.height == 5);
    CHECK(images.images == std::vector<std::string>{"one", "two"});
    CHECK(content<EventTexts>(file, 5).texts == std::vector<std::string>{"größe"});
    const auto& graph = content<EventGraph>(file, 6);
    REQUIRE(graph.nodes.size() == 2);
    CHECK(graph.nodes[1].name == "dense/matmul");
    CHECK(graph.nodes[1].inputs == std::vector<std::string>{"x", "k"});
}

TEST_CASE("histograms count all finite values", "[events]") {
    const EventHistogram none = histogram_of({}, 3);
    CHECK(none.count == std::vector<double>{0, 0, 0});
    const EventHistogram equal = histogram_of(std::vector<double>{2, 2, 2}, 3);
    CHECK(equal.count == std::vector<double>{0, 0, 3});
    CHECK(equal.left == std::vector<double>{2, 2, 2});
    const EventHistogram odd =
        histogram_of(std::vector<double>{-1e308, 1e308, std::nan(""), infinity}, 2);
    CHECK(odd.count == std::vector<double>{1, 1});
    CHECK(odd.left == std::vector<double>{-1e308, 0});
    CHECK_THROWS_AS(histogram_of({}, 0), ValueError);
}

TEST_CASE("a cut event file gives its whole records", "[events]") {
    const TemporaryFolder folder;
    if (!has_events(folder)) return;
    EventWriter writer(folder.path());
    std::vector<std::size_t> ends{contents(writer.path()).size()};
    for (int i = 0; i < 3; ++i) {
        writer.scalar("x", i, i);
        writer.flush();
        ends.push_back(contents(writer.path()).size());
    }
    const std::string all = contents(writer.path());
    for (std::size_t size = 0; size <= all.size(); ++size) {
        const EventFile file = read_events(folder.write("cut", all.substr(0, size)));
        std::size_t whole = 0;
        while (whole < ends.size() && ends[whole] <= size) ++whole;
        CHECK(file.events.size() == whole);
        CHECK(file.cut == (size != 0 && (whole == 0 || ends[whole - 1] != size)));
    }
}

TEST_CASE("bad event files are refused in words", "[events]") {
    const TemporaryFolder folder;
    if (!has_events(folder)) return;
    const auto refused = [&](const std::string& bytes, const std::string& part) {
        const auto path = folder.write("bad", bytes);
        CHECK_THROWS_AS(read_events(path), IoError);
        CHECK_THROWS_WITH(read_events(path), contains(part) && contains(path.string()));
    };
    const std::string record = as_record(std::string("\x10\5", 2));
    std::string length = record, data = record;
    length[0] ^= 1;
    data[12] ^= 1;
    refused(length, "byte 0: no record begins here");
    refused(record + data, "byte 18: the record is damaged");
    refused(as_record("\x10"), "no event");
    refused(as_record("\xff"), "no event");
    CHECK_THROWS_AS(read_events(folder.path() / "none"), IoError);
    CHECK_THROWS_WITH(EventWriter(folder.write("file", "")), contains("can't write"));
    EventWriter writer(folder.path());
    for (int i = 0; i < 5; ++i) writer.scalar("x", i, i);
    writer.flush();
    CHECK_THROWS_WITH(read_events(writer.path(), {.tensors = 3}), contains("3 events"));
    CHECK_THROWS_WITH(read_events(writer.path(), {.bytes = 30}), contains("30 bytes"));
}
