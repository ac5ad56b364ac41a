// Cases with event files.
#include <cmath>
#include <limits>
#include <map>

#include <shikumi/formats/detail/events.hpp>

#include "arrays.hpp"
#include "case.hpp"
#include "sha256.hpp"

namespace shikumi::exchange {

using namespace formats::detail;

namespace {

double number(const json& value) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (!value.is_string()) return value.get<double>();
    if (value == "NaN") return std::numeric_limits<double>::quiet_NaN();
    return value == "Infinity" ? infinity : -infinity;
}

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

void compare_numbers(const std::vector<double>& got, const json& expected,
                     const std::string& what) {
    want(got.size() == expected.size(), "another number of " + what);
    for (std::size_t i = 0; i < got.size(); ++i)
        want(same(got[i], number(expected.at(i))), "other " + what);
}

std::string sha256_of(const std::string& text) { return sha256(std::as_bytes(std::span(text))); }

// One comparison for each kind of content. Each is also told the whole event of the case.
struct Comparison {
    const json& facts;

    const json& value() const { return facts.at("value"); }
    void kind(const char* name) const {
        want(facts.at("kind") == name, "the kind is " + std::string(name) + ", expected " +
                                           facts.at("kind").get<std::string>());
    }

    void operator()(const EventFileVersion& got) const {
        kind("file_version");
        want(got.version == value() && got.writer == facts.value("writer", ""), "another version");
    }
    void operator()(const EventScalar& got) const {
        kind("scalar");
        want(same(got.value, number(value())), "the value is " + std::to_string(got.value));
    }
    void operator()(const EventHistogram& got) const {
        kind("histogram");
        want(got.count.size() == value().size(), "another number of buckets");
        for (std::size_t i = 0; i < got.count.size(); ++i)
            compare_numbers({got.left[i], got.right[i], got.count[i]}, value().at(i), "buckets");
    }
    void operator()(const EventHistogram1& got) const {
        kind("histogram");
        compare_numbers({got.min, got.max, got.number, got.sum, got.sum_squares},
                        {value().at("min"), value().at("max"), value().at("num"), value().at("sum"),
                         value().at("sum_squares")},
                        "sums");
        compare_numbers(got.limit, value().at("bucket_limit"), "limits");
        compare_numbers(got.count, value().at("bucket"), "counts");
    }
    void operator()(const EventImages& got) const {
        kind("image");
        want(got.width == value().at("width") && got.height == value().at("height"),
             "another size");
        const json images =
            value().contains("images") ? value().at("images") : json::array({value()});
        want(got.images.size() == images.size(), "another number of pictures");
        for (std::size_t i = 0; i < images.size(); ++i)
            want(got.images[i].size() == images.at(i).at("png_bytes") &&
                     sha256_of(got.images[i]) == images.at(i).at("png_sha256"),
                 "another picture");
    }
    void operator()(const EventTexts& got) const {
        kind("text");
        const Shape::Sizes sizes = got.shape.sizes();
        want(json(std::vector<Index>(sizes.begin(), sizes.end())) == facts.at("shape"),
             "another shape");
        if (facts.contains("value"))
            want(json(got.texts) == value(), "other texts");
        else
            want(got.texts.at(0).size() == facts.at("value_bytes") &&
                     sha256_of(got.texts.at(0)) == facts.at("sha256"),
                 "another text");
    }
    void operator()(const EventGraph& got) const {
        kind("graph");
        json nodes = json::array();
        for (const EventGraphNode& node : got.nodes)
            nodes.push_back({{"name", node.name}, {"op", node.op}, {"inputs", node.inputs}});
        want(nodes == value().at("nodes"), "other nodes");
    }
    void operator()(const EventOther& got) const {
        want(got.what == facts.at("kind"),
             "the kind is " + got.what + ", expected " + facts.at("kind").get<std::string>());
    }
};

void compare_event(const Event& got, const json& facts) {
    want(got.tag == facts.value("tag", ""), "the tag is " + got.tag);
    want(got.plugin == facts.value("plugin", ""), "the plugin is " + got.plugin);
    want(got.description == facts.value("description", ""), "another description");
    want(got.step == facts.at("step"), "the step is " + std::to_string(got.step));
    want(got.wall_time == facts.at("wall_time"), "another time");
    std::visit(Comparison{facts}, got.content);
}

}  // namespace

void run_events(const Case& the_case) {
    std::map<std::string, EventFile> files;
    std::map<std::string, std::size_t> next;
    for (const json& file : the_case.facts.at("files"))
        files.emplace(file.at("path"), read_events(the_case.folder / file.at("path")));
    std::size_t number = 0;
    for (const json& facts : the_case.facts.at("events")) {
        const std::string path = facts.at("file");
        const EventFile& file = files.at(path);
        const std::size_t i = next[path]++;
        const std::string where = "event " + std::to_string(number++) + " (" +
                                  facts.value("tag", facts.at("kind").get<std::string>()) + "): ";
        want(i < file.events.size(), where + "it wasn't read");
        try {
            compare_event(file.events[i], facts);
        } catch (const Different& e) {
            throw Different(where + e.what());
        }
    }
    for (const auto& [path, file] : files) {
        want(next[path] == file.events.size(), path + " has more events");
        want(file.cut == the_case.facts.value("truncated", false), path + " ends otherwise");
    }
}

}  // namespace shikumi::exchange
