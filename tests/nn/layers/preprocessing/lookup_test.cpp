// IntegerLookup, StringLookup and TextVectorization.
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"
#include "support/layers.hpp"

using namespace shikumi;
using nn::OutputMode;
using shikumi_test::check_values;
using shikumi_test::contains;

using Integers = std::vector<Index>;
using Strings = std::vector<std::string>;

TEST_CASE("check_layer passes IntegerLookup", "[nn]") {
    nn::check_layer(
        nn::Sequential(nn::Lambda([](const Tensor& x) { return floor(x).cast(i64); }),
                       nn::IntegerLookup(
                           {.vocabulary = {0, 1}, .output_mode = OutputMode::count, .dtype = f64})),
        {2, 4});
}

TEST_CASE("IntegerLookup finds the indices of integers", "[nn]") {
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    nn::IntegerLookup lookup({.vocabulary = {12, 36, -5, most}});
    const Tensor x = tensor({{12, 36, -5}, {7, -6, 0}}, i64);
    CHECK(lookup(x).to_vector<Index>() == Integers{1, 2, 3, 0, 0, 0});
    CHECK(lookup(tensor(Integers{most, most - 1})).to_vector<Index>() == Integers{4, 0});
    CHECK(lookup(tensor({{12}}, i32)).to_vector<Index>() == Integers{1});
    nn::IntegerLookup masked({.vocabulary = {12}, .num_oov_indices = 3, .mask_token = 0});
    CHECK(masked.vocabulary() == Integers{0, -1, -1, -1, 12});
    CHECK(masked(tensor({0, 12, 4, -1}, i64)).to_vector<Index>() == Integers{0, 4, 2, 3});
    const Tensor large = tensor(Integers{most, std::numeric_limits<std::int64_t>::min()});
    CHECK(masked(large).to_vector<Index>() == Integers{1 + most % 3, 1 + 1});
    nn::IntegerLookup strict({.vocabulary = {12}, .num_oov_indices = 0});
    CHECK(strict(tensor({12}, i64)).to_vector<Index>() == Integers{0});
    REQUIRE_THROWS_AS(strict(tensor({13}, i64)).to_vector<Index>(), ValueError);
    check_values(nn::IntegerLookup({.vocabulary = {3, 5},
                                    .max_tokens = 4,
                                    .pad_to_max_tokens = true,
                                    .output_mode = OutputMode::count})(tensor({{5, 5, 9}}, i64)),
                 {1, 0, 2, 0});
}

TEST_CASE("IntegerLookup learns a vocabulary", "[nn]") {
    nn::IntegerLookup lookup;
    REQUIRE_THROWS_AS(lookup(ones({1, 1}, i64)), StateError);
    nn::IntegerLookup adapted({.max_tokens = 4});
    adapted.adapt(tensor({5, 5, 5, 7, 7, 9, 3}, i64));
    CHECK(adapted.vocabulary() == Integers{-1, 5, 7, 9});
    adapted(ones({1, 1}, i64));
    REQUIRE_THROWS_AS(adapted.adapt(ones({2}, i64)), StateError);
    nn::IntegerLookup weighed({.output_mode = OutputMode::tf_idf, .dtype = f64});
    weighed.adapt(tensor({{1, 2}, {1, 1}}, i64));
    const double one = std::log(1 + 2 / 3.0), two = std::log(1 + 2 / 2.0);
    check_values(weighed(tensor({{1, 1, 2, 3}}, i64)), {(one + two) / 2, 2 * one, two});

    REQUIRE_THROWS_WITH(nn::IntegerLookup({.vocabulary = {1, 1}}), contains("twice"));
    REQUIRE_THROWS_AS(nn::IntegerLookup({.vocabulary = {1, -1}}), ValueError);
    REQUIRE_THROWS_AS(nn::IntegerLookup({.vocabulary = {1, 2}, .max_tokens = 2}), ValueError);
    REQUIRE_THROWS_AS(nn::IntegerLookup({.max_tokens = 1}), ValueError);
    REQUIRE_THROWS_AS(nn::IntegerLookup({.num_oov_indices = -1}), ValueError);
    REQUIRE_THROWS_AS(nn::IntegerLookup({.vocabulary = {1}, .output_mode = OutputMode::tf_idf}),
                      ValueError);
    REQUIRE_THROWS_AS(nn::IntegerLookup({.vocabulary = {1}})(ones({2})), DTypeError);
}

TEST_CASE("StringLookup turns strings into indices and back", "[nn]") {
    nn::StringLookup lookup({.vocabulary = {"a", "b"}, .mask_token = ""});
    CHECK(lookup.vocabulary() == Strings{"", "[UNK]", "a", "b"});
    const Tensor indices = lookup({"b", "", "x", "a"}, {2, 2});
    CHECK(indices.shape() == Shape{2, 2});
    CHECK(indices.to_vector<Index>() == Integers{3, 0, 1, 2});
    CHECK(lookup.strings(indices) == Strings{"b", "", "[UNK]", "a"});
    CHECK(lookup.strings(tensor({-1, 4}, i64)) == Strings{"[UNK]", "[UNK]"});
    check_values(
        nn::StringLookup({.vocabulary = {"a"}, .output_mode = OutputMode::one_hot})({"a", "x"}),
        {0, 1, 1, 0});
    // Equal strings share an index, whichever it is.
    const nn::StringLookup hashed({.vocabulary = {"a"}, .num_oov_indices = 5});
    const Integers found = hashed({"x", "y", "x", "a"}).to_vector<Index>();
    CHECK(found[0] == found[2]);
    CHECK(found[0] < 5);
    CHECK(found[3] == 5);

    REQUIRE_THROWS_AS(lookup({"a"}, {2}), ShapeError);
    REQUIRE_THROWS_AS(nn::StringLookup()({"a"}), StateError);
    REQUIRE_THROWS_WITH(nn::StringLookup({.vocabulary = {"a"}, .num_oov_indices = 0})({"q"}),
                        contains("'q'"));
    REQUIRE_THROWS_WITH(nn::StringLookup({.vocabulary = {"a", "a"}}), contains("'a'"));
    REQUIRE_THROWS_AS(lookup.strings(ones({1})), DTypeError);
    REQUIRE_THROWS_AS(nn::StringLookup({.dtype = i64}), DTypeError);
}

TEST_CASE("a vocabulary begins with what occurs most often", "[nn]") {
    nn::StringLookup lookup({.max_tokens = 4});
    lookup.adapt({"a", "b", "b", "c", "d", "[UNK]"});
    CHECK(lookup.vocabulary() == Strings{"[UNK]", "b", "d", "c"});
    // The vocabulary of one lookup makes another one.
    CHECK(nn::StringLookup({.vocabulary = lookup.vocabulary()}).vocabulary() ==
          lookup.vocabulary());
}

TEST_CASE("TextVectorization cuts texts into words", "[nn]") {
    nn::TextVectorization words;
    REQUIRE_THROWS_AS(words({"a"}), StateError);
    words.adapt({"The cat sat on the mat.", "The dog -- it BARKED!"});
    CHECK(words.vocabulary()[2] == "the");
    const Tensor y = words({"THE dog, the...", "unheard-of", ""});
    CHECK(y.shape() == Shape{3, 3});
    CHECK(words.tokens(" The\tcat\n ") == Strings{"the", "cat"});
    const Integers indices = y.to_vector<Index>();
    CHECK(Integers(indices.begin() + 3, indices.end()) == Integers{1, 0, 0, 0, 0, 0});

    nn::TextVectorization cut({.output_sequence_length = 2, .vocabulary = {"a", "b"}});
    CHECK(cut({"a b a", "b"}).to_vector<Index>() == Integers{2, 3, 3, 0});
    const nn::TextVectorization pairs({.ngrams = {2}});
    CHECK(pairs.tokens("a b c") == Strings{"a b", "b c"});
    const nn::TextVectorization characters(
        {.standardize = {}, .split = nn::text::character, .vocabulary = {"ä"}});
    CHECK(characters.tokens("aä€") == Strings{"a", "ä", "€"});
    REQUIRE_THROWS_AS(characters.tokens("a\xff"), ValueError);
    REQUIRE_THROWS_AS(characters.tokens("\xe2\x82"), ValueError);
    check_values(nn::TextVectorization(
                     {.output_mode = OutputMode::count, .vocabulary = {"a", "b"}})({"a b a x", ""}),
                 {1, 2, 1, 0, 0, 0});
    CHECK(nn::TextVectorization({.split = nn::text::whole}).tokens("Two words.") ==
          Strings{"two words"});

    REQUIRE_THROWS_AS(nn::TextVectorization({.output_mode = OutputMode::one_hot}), ValueError);
    REQUIRE_THROWS_AS(nn::TextVectorization({.ngrams = {0}}), ValueError);
    REQUIRE_THROWS_AS(nn::TextVectorization({.split = {}}), ValueError);
    REQUIRE_THROWS_AS(nn::TextVectorization({.output_sequence_length = -1}), ValueError);
}
