// Weights written to files and read back.
#include <fstream>

#include <shikumi/nn/nn.hpp>

#include "catch.hpp"
#include "support/temporary.hpp"

using namespace shikumi;
using shikumi_test::contains;

namespace {

std::string bytes_of(const std::filesystem::path& file) { return shikumi_test::contents(file); }

void write(const std::filesystem::path& file, const std::string& bytes) {
    std::ofstream(file, std::ios::binary) << bytes;
}

nn::Sequential small() {
    return nn::Sequential{nn::Conv2D(2, 2, {.input_shape = {4, 4, 1}}), nn::Flatten(),
                          nn::Dense(3)};
}

}  // namespace

TEST_CASE("weights are written to a file and read back", "[nn]") {
    const shikumi_test::TemporaryFolder folder;
    const auto file = folder.path() / "small.weights";
    nn::Sequential from = small(), to = small();
    nn::write_weights(from, file);
    CHECK(bytes_of(file).size() == 24 + 4 * static_cast<std::size_t>(from.count_params()));
    CHECK(bytes_of(file).starts_with(std::string("shikumi1\4\0\0\0\0\0\0\0", 16)));
    nn::read_weights(to, file);
    const auto a = from.get_weights(), b = to.get_weights();
    for (std::size_t i = 0; i < a.size(); ++i)
        CHECK(a[i].to_vector<float>() == b[i].to_vector<float>());
}

TEST_CASE("files that don't hold the weights are refused", "[nn]") {
    const shikumi_test::TemporaryFolder folder;
    const auto file = folder.path() / "small.weights";
    nn::Sequential model = small();
    nn::write_weights(model, file);
    const std::string good = bytes_of(file);
    const auto before = model.get_weights()[0].to_vector<float>();
    const auto refused = [&](const std::string& bytes, const char* part) {
        write(file, bytes);
        try {
            nn::read_weights(model, file);
            FAIL("nothing was thrown");
        } catch (const IoError& e) {
            CHECK_THAT(std::string(e.what()), contains(part));
        }
    };
    refused("", "no file of weights");
    refused("PK" + good.substr(2), "no file of weights");
    refused(good.substr(0, good.size() - 1), "ends within 'dense");
    refused(good + "x", "goes on");
    std::string other = good;
    other[8] = 7;
    refused(other, "doesn't hold the 4 weights");
    CHECK(model.get_weights()[0].to_vector<float>() == before);
    REQUIRE_THROWS_AS(nn::read_weights(model, folder.path() / "none"), IoError);
}
