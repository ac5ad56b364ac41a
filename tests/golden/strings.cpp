#include "strings.hpp"

#include "compare.hpp"
#include "config.hpp"

namespace shikumi::golden {

namespace {

using Strings = std::vector<std::string>;

void compare_strings(const std::string& what, const Strings& got, const json& expected) {
    if (json(got) != expected) throw Different(what + ": got " + json(got).dump());
}

void run_lookup(const json& c, const Config& config) {
    const bool invert = config.get("invert", false);
    nn::StringLookupOptions options{.vocabulary = config.get("vocabulary", Strings{}),
                                    .max_tokens = config.get("max_tokens", Index{0}),
                                    .num_oov_indices = config.get("num_oov_indices", Index{1}),
                                    .idf_weights = config.get("idf_weights", std::vector<double>{}),
                                    .output_mode = read_output_mode(config, nn::OutputMode::index)};
    if (config.has("mask_token")) options.mask_token = config.get<std::string>("mask_token");
    config.check_all_read();
    nn::StringLookup lookup(options);
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

void run_vectorization(const json& c, const Config& config) {
    using Standardize = std::string (*)(std::string_view);
    using Split = std::vector<std::string> (*)(std::string_view);
    nn::TextVectorizationOptions options{
        .max_tokens = config.get("max_tokens", Index{0}),
        .standardize = config.choose<Standardize>(
            "standardize", nn::text::lower_and_strip_punctuation,
            {{"lower_and_strip_punctuation", nn::text::lower_and_strip_punctuation},
             {"lower", nn::text::lower},
             {"strip_punctuation", nn::text::strip_punctuation}}),
        .split = config.choose<Split>(
            "split", nn::text::whitespace,
            {{"whitespace", nn::text::whitespace}, {"character", nn::text::character}}),
        .output_mode = read_output_mode(config, nn::OutputMode::index),
        .output_sequence_length = config.get("output_sequence_length", Index{0})};
    for (Index n = 1; n <= config.get("ngrams", Index{0}); ++n) options.ngrams.push_back(n);
    config.check_all_read();
    nn::TextVectorization vectorization(options);
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
    const std::string type = the_case.at("class_name");
    const Config config(type, the_case.at("config"));
    if (type == "StringLookup")
        run_lookup(the_case, config);
    else
        run_vectorization(the_case, config);
}

}  // namespace shikumi::golden
