// Weights written to files and read back by names.
#include <shikumi/nn/io/weights.hpp>

#include <cerrno>
#include <filesystem>

#include <shikumi/formats.hpp>
#include <shikumi/shikumi.hpp>

#include "catch.hpp"
#include "support/io_faults.hpp"
#include "support/libraries.hpp"
#include "support/temporary.hpp"
#include "support/weight_values.hpp"

using namespace shikumi;
using shikumi_test::contains;
using shikumi_test::contents;
using shikumi_test::has_zip;
using shikumi_test::TemporaryFolder;
using shikumi_test::weight_values;

namespace {

nn::Sequential two_layers(Index units = 3) {
    return nn::Sequential{nn::Conv2D(2, 2, {.input_shape = {4, 4, 1}}), nn::Flatten(),
                          nn::Dense(units)};
}

}  // namespace

TEST_CASE("weights are written to files and read back", "[weights]") {
    const TemporaryFolder folder;
    std::vector<std::string> files{"w.safetensors"};
    if (has_zip()) files.push_back("w.npz");
    for (const std::string& name : files) {
        const auto file = folder.path() / name;
        nn::Sequential from = two_layers(), to = two_layers();
        nn::save_weights(from, file);
        const nn::WeightsReport report = nn::load_weights(to, file);
        CHECK(report.complete());
        CHECK(weight_values<double>(to) == weight_values<double>(from));
        std::filesystem::rename(file, folder.path() / "w");  // the content says what it is
        CHECK(nn::load_weights(to, folder.path() / "w").complete());
        nn::save_weights(from, file, {.floats = formats::StoredType::f16, .compress = true});
        CHECK(nn::load_weights(to, file).complete());
        CHECK(weight_values<double>(to) != weight_values<double>(from));
        CHECK(weight_values<double>(to)[0][0] ==
              Approx(weight_values<double>(from)[0][0]).epsilon(1e-3));
    }
}

TEST_CASE("weights of f64, states and models of any kind keep all bits", "[weights]") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "w.safetensors";
    const auto model_of = [](DType dtype) {
        nn::Sequential model{nn::Dense(3, {.input_dim = 3}), nn::BatchNormalization()};
        model.set_dtype(dtype);
        return model;
    };
    nn::Sequential from = model_of(f64), to = model_of(f64), narrow = model_of(f32);
    for (Parameter p : from.parameters()) p.assign(p.value() + 1.0 / 3);
    nn::save_weights(from, file);
    nn::load_weights(to, file);
    CHECK(weight_values<double>(to) == weight_values<double>(from));
    CHECK_THROWS_AS(nn::load_weights(narrow, file), IoError);
    nn::save_weights(narrow, file);
    nn::load_weights(to, file);  // f32 fits into f64
    CHECK(weight_values<double>(to) == weight_values<double>(narrow));
}

TEST_CASE("weights of another network are refused", "[weights]") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "w.safetensors";
    nn::Sequential other = two_layers(5), model = two_layers();
    nn::save_weights(other, file);
    const auto before = weight_values<double>(model);
    CHECK_THROWS_AS(nn::load_weights(model, file), IoError);
    CHECK_THROWS_WITH(nn::load_weights(model, file),
                      contains(file.string()) && contains("2 of 4 weights taken") &&
                          contains("'dense/bias' is f32 (3,), got f32 (5,)"));
    CHECK(weight_values<double>(model) == before);
    const nn::WeightsReport report = nn::load_weights(model, file, {.strict = false});
    CHECK(report.taken == std::vector<std::string>{"conv2d/kernel", "conv2d/bias"});
    CHECK(report.mismatched.size() == 2);
    nn::Sequential renamed{nn::Conv2D(2, 2, {.input_shape = {4, 4, 1}, .name = "eyes"})};
    const auto rename = [](const std::string& name) {
        return name.starts_with("conv2d/") ? "eyes/" + name.substr(7) : std::string();
    };
    CHECK(nn::load_weights(renamed, file, {.rename = rename}).complete());
    CHECK(weight_values<double>(renamed)[0] == weight_values<double>(other)[0]);
}

TEST_CASE("files that can't be weights are refused", "[weights]") {
    const TemporaryFolder folder;
    nn::Sequential model = two_layers();
    CHECK_THROWS_AS(nn::save_weights(model, folder.path() / "w.weights"), ValueError);
    CHECK_THROWS_WITH(nn::save_weights(model, folder.path() / "w.weights"),
                      contains(".safetensors, .npz, .h5, .pt"));
    CHECK_THROWS_AS(nn::load_weights(model, folder.path() / "none"), IoError);
    CHECK_THROWS_AS(nn::load_weights(model, folder.write("text", "some text or other")), IoError);
    const auto file = folder.path() / "w.safetensors";
    nn::save_weights(model, file);
    const auto before = weight_values<double>(model);
    std::string damaged = contents(file);
    damaged.back() ^= 1;
    CHECK_THROWS_WITH(nn::load_weights(model, folder.write("d", damaged)), contains("checksum"));
    CHECK(weight_values<double>(model) == before);
    CHECK_THROWS_WITH(nn::load_weights(model, file, {.budget = {.bytes = 10}}), contains("budget"));
    nn::Sequential unknown{nn::Dense(3)};
    CHECK_THROWS_AS(nn::save_weights(unknown, file), StateError);
}

TEST_CASE("the name of a file chooses the format of weights", "[weights]") {
    const TemporaryFolder folder;
    nn::Sequential model = two_layers();
    const auto expected = weight_values<double>(model);
    for (const std::string name :
         {"w.safetensors", "w.npz", "w.weights.h5", "w.h5", "w.pt", "w.pth"}) {
        INFO(name);
        if (name.ends_with(".h5") ? !shikumi_test::has_hdf5()
                                  : !name.ends_with(".safetensors") && !shikumi_test::has_zip())
            continue;
        const std::string file = (folder.path() / name).string();
        nn::save_weights(model, file);
        nn::Sequential other = two_layers();
        CHECK(nn::load_weights(other, file).complete());
        CHECK(weight_values<double>(other) == expected);
        if (name.ends_with(".safetensors") || name.ends_with(".npz")) continue;
        CHECK_THROWS_WITH(nn::save_weights(model, file, {.floats = formats::StoredType::f16}),
                          contains(".safetensors and .npz"));
    }
}

TEST_CASE("a failed write leaves the old weights", "[weights]") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "w.safetensors";
    nn::Sequential model = two_layers(), other = two_layers(), third = two_layers();
    nn::save_weights(model, file);
    nn::save_weights(model, file, {.keep = 1});
    CHECK(folder.entries() == 2);
    {
        const shikumi_test::IoFaults faults(1, ENOSPC);
        CHECK_THROWS_WITH(nn::save_weights(other, file), contains("No space left"));
    }
    nn::load_weights(third, file);
    CHECK(weight_values<double>(third) == weight_values<double>(model));
    CHECK_THROWS_AS(nn::save_weights(other, folder.path() / "none" / "w.npz"), IoError);
    std::filesystem::create_symlink(file, folder.path() / "link.safetensors");
    nn::save_weights(other, folder.path() / "link.safetensors");
    nn::load_weights(third, file);
    CHECK(weight_values<double>(third) == weight_values<double>(other));
}
