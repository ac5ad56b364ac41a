#include <shikumi/formats/file_format.hpp>

#include <string>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/formats/detail/zip.hpp>
#include <shikumi/formats/npy.hpp>
#include <shikumi/formats/npz.hpp>
#include <shikumi/formats/safetensors.hpp>

#include "catch.hpp"
#include "support/temporary.hpp"

using namespace shikumi;
using namespace shikumi::formats;
using namespace std::string_literals;

TEST_CASE("a file's content says its format, whatever its name", "[file_format]") {
    const shikumi_test::TemporaryFolder folder;
    const std::string path = (folder.path() / "weights.npz").string();
    write_safetensors(path, std::vector<NamedTensor>{{"a", tensor({1.0, 2.0})}});
    CHECK(file_format(path) == FileFormat::safetensors);
    write_npy(path, tensor({1.0, 2.0}));
    CHECK(file_format(path) == FileFormat::npy);

    const auto is = [&](const std::string& bytes) {
        return file_format(folder.write("some file", bytes));
    };
    CHECK(is("") == FileFormat::unknown);
    CHECK(is("hello, world") == FileFormat::unknown);
    CHECK(is("{}") == FileFormat::json);
    CHECK(is(" \n[1, 2]") == FileFormat::json);
    CHECK(is("{\0\0\0\0\0\0\0{}"s) == FileFormat::safetensors);
    CHECK(is("\x80\x02\0\0\0\0\0\0{}"s) == FileFormat::safetensors);
    CHECK(is("\x89HDF\r\n\x1a\n") == FileFormat::hdf5);
    CHECK(is(std::string(1024, ' ') + "\x89HDF\r\n\x1a\n") == FileFormat::hdf5);
    CHECK(is(std::string(100, ' ') + "\x89HDF\r\n\x1a\n") == FileFormat::unknown);
    CHECK(is("\x80\x02\x8a\x0a") == FileFormat::torch);
    CHECK_THROWS_AS(file_format((folder.path() / "none").string()), IoError);
    CHECK_THROWS_AS(file_format(folder.path().string()), IoError);
}

TEST_CASE("a zip archive's members say its format", "[file_format]") {
    const shikumi_test::TemporaryFolder folder;
    const std::string path = (folder.path() / "archive").string();
    const auto archive_of = [&](const std::vector<std::string>& names) {
        std::vector<formats::detail::ZipContent> members;
        for (const std::string& member : names) members.push_back({member, "x", zeros({0})});
        formats::detail::write_zip("test", path, members);
        return file_format(path);
    };
    try {
        CHECK(archive_of({"metadata.json", "config.json", "model.weights.h5"}) ==
              FileFormat::keras);
    } catch (const IoError& e) {
        CHECK_THAT(e.what(), shikumi_test::contains("libzip-dev"));
        WARN("without libzip archives aren't told apart");
        return;
    }
    CHECK(archive_of({"model/data.pkl", "model/byteorder"}) == FileFormat::torch);
    CHECK(archive_of({"a.npy", "b/c.npy"}) == FileFormat::npz);
    CHECK(archive_of({}) == FileFormat::npz);
    CHECK(archive_of({"readme.txt"}) == FileFormat::unknown);
    CHECK_THROWS_AS(file_format(folder.write("cut", "PK\3\4").string()), IoError);
}
