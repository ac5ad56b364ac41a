#include "strings.hpp"

#include "compare.hpp"
#include "readers.hpp"

namespace shikumi::golden {

namespace {

using Strings = std::vector<std::string>;

void compare_strings(const std::string& what, const Strings& got, const json& expected) {
    if (json(got) != expected) throw Different(what + ": got " + json(got).dump());
}

void run_lookup(const json& c) {
    json config = c.at("config");
    const bool invert = config.value("invert", false);
    config.erase("invert");  // here a function of every lookup
    nn::StringLookup lookup = nn::StringLookup::from_config(read_config(config));
    if (c.contains("adapt")) lookup.adapt(c.at("adapt").at("data").get<Strings>());
    compare_strings("vocabulary", lookup.vocabulary(), c.at("vocabulary"));
    const json &input = c.at("inputs").at(0), &output = c.at("output").at(0);
    if (invert)
        compare_strings("strings", lookup.strings(read_tensor(input, i64)), output.at("data"));
    else
        compare_tensor("output",
                       lookup(input.at("data").get<Strings>(), read_shape(input.at("shape"))),
                       output, c.at("tolerance"));
}

void run_vectorization(const json& c) {
    nn::TextVectorization vectorization =
        nn::TextVectorization::from_config(read_config(c.at("config")));
    vectorization.adapt(c.at("adapt").at("data").get<Strings>());
    compare_strings("vocabulary", vectorization.vocabulary(), c.at("vocabulary"));
    compare_tensor("output", vectorization(c.at("inputs").at(0).at("data").get<Strings>()),
                   c.at("output").at(0), c.at("tolerance"));
}

}  // namespace

bool is_of_strings(const json& the_case) {
    const std::string type = the_case.value("class_name", "");
    return type == "StringLookup" || type == "TextVectorization";
}

void run_strings(const json& the_case) {
    if (the_case.at("class_name") == "StringLookup")
        run_lookup(the_case);
    else
        run_vectorization(the_case);
}

}  // namespace shikumi::golden
