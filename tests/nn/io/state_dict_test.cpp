#include <shikumi/nn/io/state_dict.hpp>

#include <algorithm>
#include <set>

#include <shikumi/shikumi.hpp>

#include "catch.hpp"

using namespace shikumi;
using shikumi_test::contains;

namespace {

nn::Sequential convolution_and_dense() {
    return nn::Sequential{nn::Conv2D(2, 2, {.input_shape = {4, 4, 1}}), nn::Flatten(),
                          nn::Dense(3)};
}

std::vector<std::string> names_of(nn::Model& model) {
    std::vector<std::string> names;
    for (const auto& entry : nn::state_dict(model)) names.push_back(entry.first);
    return names;
}

}  // namespace

TEST_CASE("weights have names that don't depend on other models", "[state_dict]") {
    const std::vector<std::string> expected{"conv2d/kernel", "conv2d/bias", "dense/kernel",
                                            "dense/bias"};
    nn::Sequential one = convolution_and_dense(), two = convolution_and_dense();
    CHECK(names_of(one) == expected);
    CHECK(names_of(two) == expected);
    nn::clear_session();
    nn::Sequential named{nn::Dense(2, {.input_dim = 2, .name = "head"}), nn::Dense(2), nn::Dense(2),
                         nn::Dense(2, {.name = "dense_x"})};
    CHECK(names_of(named) == std::vector<std::string>{"head/kernel", "head/bias", "dense/kernel",
                                                      "dense/bias", "dense_1/kernel",
                                                      "dense_1/bias", "dense_x/kernel",
                                                      "dense_x/bias"});
}

TEST_CASE("names stay unique, whatever layers are called", "[state_dict]") {
    nn::Sequential model{nn::Dense(2, {.input_dim = 2, .name = "a"}), nn::Dense(2, {.name = "a"}),
                         nn::Dense(2, {.name = "dense"}), nn::Dense(2),
                         nn::Dense(2, {.name = "dense_1"})};
    const auto names = names_of(model);
    CHECK(std::set<std::string>(names.begin(), names.end()).size() == 10);
    CHECK(nn::load_state_dict(model, nn::state_dict(model)).complete());
}

TEST_CASE("weights of nested models and of layers in layers have paths", "[state_dict]") {
    nn::Sequential inner{nn::Dense(3, {.input_dim = 2})};
    const nn::SymbolicTensor x = nn::Input({2});
    nn::Model model(x, x | nn::shared(std::move(inner)) | nn::Dense(1));
    const auto names = names_of(model);
    REQUIRE(names.size() == 4);
    CHECK(names[0] == "dense/kernel");  // a model that only passes tensors on has no part in it
    nn::Sequential rnn{nn::Bidirectional(nn::LSTM(2, {.input_shape = {3, 2}}))};
    CHECK(names_of(rnn).size() == 6);
    CHECK(names_of(rnn)[0].starts_with("bidirectional/"));
}

TEST_CASE("a state dict gives tensors by name", "[state_dict]") {
    nn::Sequential model = convolution_and_dense();
    nn::StateDict dict = nn::state_dict(model);
    CHECK(dict.size() == 4);
    CHECK(dict["dense/bias"].shape() == Shape{3});
    CHECK(dict.find("dense/none") == nullptr);
    CHECK_THROWS_AS(dict["dense/bia"], ValueError);
    CHECK_THROWS_WITH(dict["dense/bia"], contains("'dense/bias'"));
    dict.set("dense/bias", tensor({1, 2, 3}));
    const nn::WeightsReport report = nn::load_state_dict(model, dict);
    CHECK(report.complete());
    CHECK(report.taken.size() == 4);
    CHECK(model.get_weights()[3].to_vector<float>() == std::vector<float>{1, 2, 3});
    CHECK_THROWS_AS(nn::StateDict({{"a", zeros({1})}, {"a", zeros({1})}}), ValueError);
}

TEST_CASE("parts of a state dict are taken when that is wanted", "[state_dict]") {
    nn::Sequential model = convolution_and_dense();
    const auto before = model.get_weights()[0].to_vector<float>();
    const nn::StateDict dict({{"conv2d/bias", tensor({7, 8})},
                              {"dense/bias", zeros({4})},
                              {"dense/kernel", zeros({18, 3}, f64)},
                              {"other", zeros({1})}});
    CHECK_THROWS_AS(nn::load_state_dict(model, dict), ValueError);
    CHECK_THROWS_WITH(nn::load_state_dict(model, dict),
                      contains("1 of 4 weights taken") && contains("missing: 'conv2d/kernel'") &&
                          contains("unexpected: 'other'") &&
                          contains("'dense/bias' is f32 (3,), got f32 (4,)") &&
                          contains("'dense/kernel' is f32 (18, 3), got f64 (18, 3)"));
    CHECK(model.get_weights()[1].to_vector<float>() == std::vector<float>{0, 0});
    const nn::WeightsReport report = nn::load_state_dict(model, dict, {.strict = false});
    CHECK(report.taken == std::vector<std::string>{"conv2d/bias"});
    CHECK(report.missing == std::vector<std::string>{"conv2d/kernel"});
    CHECK(report.unexpected == std::vector<std::string>{"other"});
    CHECK(report.mismatched.size() == 2);
    CHECK_FALSE(report.complete());
    CHECK(model.get_weights()[1].to_vector<float>() == std::vector<float>{7, 8});
    CHECK(model.get_weights()[0].to_vector<float>() == before);
    const auto all_the_same = [](const std::string&) { return std::string("dense/bias"); };
    CHECK_THROWS_WITH(nn::load_state_dict(model, dict, {.rename = all_the_same}),
                      contains("two tensors"));
}
