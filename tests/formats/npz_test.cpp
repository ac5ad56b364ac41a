#include <shikumi/formats/npz.hpp>

#include <cerrno>
#include <filesystem>
#include <string>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/formats/open_tensor_file.hpp>

#include "catch.hpp"
#include "support/io_faults.hpp"
#include "support/libraries.hpp"
#include "support/temporary.hpp"

using namespace shikumi;
using namespace shikumi::formats;
using shikumi_test::contains;
using shikumi_test::contents;
using shikumi_test::has_zip;
using shikumi_test::TemporaryFolder;

namespace {

std::vector<NamedTensor> some_arrays() {
    return {{"layer/kernel", tensor({{1, 2, 3}, {4, 5, 6}})},
            {"dense/bias:0", tensor({5.0}, f64)},
            {"größe", zeros({0, 2})},
            {"zeros", zeros({100, 100})},
            {"scalar", scalar(7, i64)}};
}

}  // namespace

TEST_CASE("arrays are written as .npz and read back", "[npz]") {
    const TemporaryFolder folder;
    if (!has_zip()) return;
    for (const bool compress : {false, true}) {
        const auto path = folder.path() / "x.npz";
        write_npz(path, some_arrays(), {.compress = compress});
        CHECK((contents(path).size() < 10'000) == compress);
        const NpzFile file(path);
        CHECK(file.names() ==
              std::vector<std::string>{"layer/kernel", "dense/bias:0", "größe", "zeros", "scalar"});
        CHECK(file.read("layer/kernel").to_vector<float>() == std::vector<float>{1, 2, 3, 4, 5, 6});
        CHECK(file.spec("layer/kernel") == Spec{{2, 3}, f32});
        CHECK(file.read("dense/bias:0").dtype() == f64);
        CHECK(file.read("größe").shape() == Shape{0, 2});
        CHECK(file.read("scalar").item<std::int64_t>() == 7);
        CHECK(file.read("zeros").to_vector<float>() == std::vector<float>(10'000));
        CHECK(file.metadata().empty());
        CHECK(open_tensor_file(path)->names() == file.names());
        const std::string first = contents(path);
        write_npz(path, some_arrays(), {.compress = compress});
        CHECK(contents(path) == first);
    }
    write_npz(folder.path() / "none.npz", {});
    CHECK(NpzFile(folder.path() / "none.npz").tensors().empty());
}

TEST_CASE("what can't be written as .npz is refused", "[npz]") {
    const TemporaryFolder folder;
    if (!has_zip()) return;
    const auto path = folder.path() / "x.npz";
    const Tensor x = zeros({1});
    for (const char* name : {"/a", "../a", "a/../b", "C:a", "a\\b"}) {
        INFO(name);
        CHECK_THROWS_AS(write_npz(path, std::vector<NamedTensor>{{name, x}}), ValueError);
    }
    CHECK_THROWS_WITH(write_npz(path, std::vector<NamedTensor>{{"a", x}, {"a", x}}),
                      contains("two arrays of the name 'a'"));
    CHECK_THROWS_AS(
        write_npz(path, std::vector<NamedTensor>{{"a", StoredTensor(x).as(StoredType::bf16)}}),
        DTypeError);
    CHECK_FALSE(std::filesystem::exists(path));
    CHECK_THROWS_WITH(write_npz("/dev/full", some_arrays()), contains("/dev/full"));
    CHECK_THROWS_WITH(write_npz(folder.path() / "no" / "x.npz", some_arrays()),
                      contains("No such file"));
}

TEST_CASE("bad .npz files are refused in words", "[npz]") {
    const TemporaryFolder folder;
    if (!has_zip()) return;
    const auto path = folder.path() / "x.npz";
    write_npz(path, some_arrays());
    const std::string good = contents(path);
    const auto refused = [&](const std::string& bytes, const std::string& part) {
        const auto bad = folder.write("bad.npz", bytes);
        CHECK_THROWS_AS(NpzFile(bad), IoError);
        CHECK_THROWS_WITH(NpzFile(bad), contains(part) && contains(bad.string()));
    };
    refused("PK", "no whole zip archive");
    refused(good.substr(0, good.size() - 1), "no whole zip archive");
    refused(good + "x", "no whole zip archive");
    std::string other = good;
    for (std::size_t at = 0; (at = other.find("zeros.npy", at)) != other.npos;)
        other.replace(at, 9, "zeros.txt");
    refused(other, "'zeros.txt' is no .npy file");
    std::string twice = good;
    for (std::size_t at = 0; (at = twice.find("scalar.npy", at)) != twice.npos;)
        twice.replace(at, 10, "../../.npy");
    refused(twice, "'../../.npy' has a name that leads out");
    std::string flipped = good;
    flipped[flipped.find("zeros.npy") + 1000] ^= 1;
    const NpzFile file(folder.write("bad.npz", flipped));
    CHECK_THROWS_WITH(file.read("zeros"), contains("'zeros.npy'") && contains("CRC"));
    CHECK(file.read("scalar").item<std::int64_t>() == 7);
    CHECK_THROWS_WITH(NpzFile(path, {.bytes = 1000}), contains("'zeros'") && contains("budget"));
    CHECK_THROWS_WITH(NpzFile(path, {.tensors = 4}), contains("5 members"));
}

TEST_CASE("a failed write leaves the old .npz file", "[npz]") {
    const TemporaryFolder folder;
    if (!has_zip()) return;
    const auto path = folder.path() / "x.npz";
    const auto write = [&](double value) {
        write_npz(path, std::vector<NamedTensor>{{"x", full({50'000}, value)}});
    };
    write(1);
    int calls = 0;
    {
        const shikumi_test::IoFaults count;
        write(1);
        calls = count.calls();
    }
    CHECK(calls > 5);
    const std::size_t entries = folder.entries();
    for (int failing = 0; failing < calls; ++failing) {
        {
            const shikumi_test::IoFaults faults(failing, ENOSPC, true);
            try {
                write(2);
            } catch (const IoError& e) {
                CHECK_THAT(e.what(), contains("No space left") && contains(path.string()));
            }
        }
        const float first = NpzFile(path).read("x").to_vector<float>()[0];
        CHECK((first == 1 || first == 2));
        CHECK(folder.entries() == entries);
        write(1);
    }
}
