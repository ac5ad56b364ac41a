// The summary, byte by byte.
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"

using namespace shikumi;
using nn::SummaryStyle;
using shikumi_test::contains;

namespace {

nn::ModelSummary lecture() {
    return {"sequential",
            {{"dense", "Dense", {64}, 320}, {"dense_1", "Dense", {3}, 195}},
            {515, 2060},
            {},
            {}};
}

nn::ModelSummary digits() {
    return {"sequential",
            {{"dense", "Dense", {64}, 50240}, {"dense_1", "Dense", {10}, 650}},
            {50890, 203560},
            {},
            {}};
}

std::string line_of(const std::string& text, int number) {
    std::size_t begin = 0;
    for (int i = 1; i < number; ++i) begin = text.find('\n', begin) + 1;
    return text.substr(begin, text.find('\n', begin) - begin);
}

}  // namespace

TEST_CASE("the lecture's summary", "[nn]") {
    const std::string expected =
        "Model: \"sequential\"\n"
        "_________________________________________________________________\n"
        " Layer (type)                Output Shape              Param #   \n"
        "=================================================================\n"
        " dense (Dense)               (None, 64)                320       \n"
        "                                                                 \n"
        " dense_1 (Dense)             (None, 3)                 195       \n"
        "                                                                 \n"
        "=================================================================\n"
        "Total params: 515\n"
        "Trainable params: 515\n"
        "Non-trainable params: 0\n"
        "_________________________________________________________________\n";
    CHECK(to_string(lecture(), SummaryStyle::classic27) == expected);

    nn::clear_session();
    nn::Sequential m{nn::Dense(64, {.activation = nn::relu, .input_dim = 4}),
                     nn::Dense(3, {.activation = nn::softmax})};
    CHECK(m.summary() == expected);
    CHECK(m.count_params() == 515);
}

TEST_CASE("the summary of TensorFlow up to 2.6", "[nn]") {
    CHECK(to_string(digits(), SummaryStyle::classic26) ==
          "Model: \"sequential\"\n"
          "_________________________________________________________________\n"
          "Layer (type)                 Output Shape              Param #   \n"
          "=================================================================\n"
          "dense (Dense)                (None, 64)                50240     \n"
          "_________________________________________________________________\n"
          "dense_1 (Dense)              (None, 10)                650       \n"
          "=================================================================\n"
          "Total params: 50,890\n"
          "Trainable params: 50,890\n"
          "Non-trainable params: 0\n"
          "_________________________________________________________________\n");
}

TEST_CASE("the summary of TensorFlow 2.13 to 2.15", "[nn]") {
    const std::string text = to_string(digits(), SummaryStyle::classic213);
    CHECK(line_of(text, 5) == " dense (Dense)               (None, 64)                50240     ");
    CHECK(line_of(text, 10) == "Total params: 50890 (198.79 KB)");
    CHECK(line_of(text, 11) == "Trainable params: 50890 (198.79 KB)");
    CHECK(line_of(text, 12) == "Non-trainable params: 0 (0.00 Byte)");
}

TEST_CASE("the summary of Keras 3", "[nn]") {
    CHECK(to_string(lecture(), SummaryStyle::keras3) ==
          "Model: \"sequential\"\n"
          "┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━┓\n"
          "┃ Layer (type)                    ┃ Output Shape           ┃       Param # ┃\n"
          "┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━┩\n"
          "│ dense (Dense)                   │ (None, 64)             │           320 │\n"
          "├─────────────────────────────────┼────────────────────────┼───────────────┤\n"
          "│ dense_1 (Dense)                 │ (None, 3)              │           195 │\n"
          "└─────────────────────────────────┴────────────────────────┴───────────────┘\n"
          " Total params: 515 (2.01 KB)\n"
          " Trainable params: 515 (2.01 KB)\n"
          " Non-trainable params: 0 (0.00 B)\n");
    nn::ModelSummary trained = digits();
    trained.optimizer = {50892, 203572};
    const std::string text = to_string(trained, SummaryStyle::keras3);
    CHECK_THAT(text, contains("│        50,240 │") &&
                         contains(" Total params: 101,782 (397.59 KB)\n") &&
                         contains(" Optimizer params: 50,892 (198.80 KB)\n"));
}

TEST_CASE("cells that are too long are cut up to 2.6, wrapped later", "[nn]") {
    const nn::ModelSummary m{
        "m", {{"a_layer_with_a_very_long_name_indeed", "Dense", {7}, 12345678901}}, {}, {}, {}};
    CHECK(line_of(to_string(m, SummaryStyle::classic26), 5) ==
          "a_layer_with_a_very_long_nam (None, 7)                 1234567890");
    const std::string wrapped = to_string(m, SummaryStyle::classic27);
    CHECK(line_of(wrapped, 5) ==
          " a_layer_with_a_very_long_na  (None, 7)                1234567890");
    CHECK(line_of(wrapped, 6) ==
          " me_indeed (Dense)                                     1         ");
    CHECK(line_of(wrapped, 7) == std::string(65, ' '));
    const std::string box = to_string(m, SummaryStyle::keras3);
    CHECK(line_of(box, 5) ==
          "│ a_layer_with_a_very_long_name_… │ (None, 7)              │ 12,345,678,9… │");
    CHECK(line_of(box, 6) ==
          "│ (Dense)                         │                        │               │");
}

TEST_CASE("sizes count by 1024", "[nn]") {
    nn::ModelSummary m{"m", {}, {1, 1023}, {1, 1024}, {}};
    const std::string text = to_string(m, SummaryStyle::classic213);
    CHECK_THAT(text, contains("Total params: 2 (2.00 KB)") &&
                         contains("Trainable params: 1 (1023.00 Byte)") &&
                         contains("Non-trainable params: 1 (1.00 KB)"));
    m.trainable.bytes = std::size_t{3} << 40;
    CHECK_THAT(to_string(m, SummaryStyle::classic213), contains("(3.00 TB)"));
}

TEST_CASE("a model that isn't built has no summary", "[nn]") {
    nn::Sequential m{nn::Dense(3)};
    REQUIRE_THROWS_AS(m.summary(), StateError);
    REQUIRE_THROWS_WITH(m.summary(), contains("not built") && contains(".input_shape"));
    m.build({{1, 5}});
    CHECK_THAT(m.summary(), contains("18"));
}

TEST_CASE("frozen weights are counted apart", "[nn]") {
    nn::Sequential m{nn::Dense(3, {.input_dim = 5})};
    Parameter bias = m.parameters()[1];
    bias.set_trainable(false);
    CHECK_THAT(m.summary(),
               contains("Total params: 18\nTrainable params: 15\nNon-trainable params: 3\n"));
}

TEST_CASE("columns, widths and rows can be chosen", "[nn]") {
    nn::ModelSummary m = lecture();
    m.layers[0].trainable = false;
    m.layers[1].inner = {{"inside", "Dense", {3}, 195}};
    const std::string wide = to_string(m, {.line_length = 100});
    CHECK(line_of(wide, 2) == std::string(100, '_'));
    const std::string trained = to_string(m, {.show_trainable = true});
    CHECK_THAT(line_of(trained, 3), contains("Param #   Trainable  "));
    CHECK(line_of(trained, 5).substr(65) == "N          ");
    CHECK(line_of(trained, 7).substr(65) == "Y          ");
    for (const SummaryStyle style : {SummaryStyle::classic26, SummaryStyle::classic213})
        CHECK_THAT(to_string(m, {.style = style, .expand_nested = true}),
                   contains("| inside (Dense)"));
    CHECK_THAT(to_string(m, {.style = SummaryStyle::keras3, .expand_nested = true}),
               contains("   └ inside (Dense)"));
    CHECK_THROWS_AS(to_string(m, {.positions = {0.5, 1}}), ValueError);
    CHECK_THROWS_AS(to_string(m, {.positions = {0.5, 0.4, 1}}), ValueError);
    CHECK_THROWS_AS(to_string(m, {.positions = {0.5, 0.8, 1.2}}), ValueError);
    CHECK_THROWS_AS(to_string(m, {.line_length = 5}), ValueError);
    CHECK_THROWS_AS(to_string(m, {.line_length = -1}), ValueError);
}

TEST_CASE("Keras 3's table shows what is not known", "[nn]") {
    nn::Sequential m{nn::Dense(3)};
    CHECK_THAT(m.summary({.style = SummaryStyle::keras3}),
               contains("│ ?") && contains("0 (unbuilt) │"));
}
