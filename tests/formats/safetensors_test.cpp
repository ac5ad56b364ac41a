#include <shikumi/formats/safetensors.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/graph/parameter.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/formats/open_tensor_file.hpp>

#include "catch.hpp"
#include "support/io_faults.hpp"
#include "support/refused.hpp"
#include "support/temporary.hpp"
#include "support/threads.hpp"

using namespace shikumi;
using namespace shikumi::formats;
using shikumi_test::contains;
using shikumi_test::contents;
using shikumi_test::TemporaryFolder;

namespace {

std::string file_of(const std::string& header, const std::string& data = {}) {
    std::string file;
    for (std::size_t i = 0; i < 8; ++i) file += static_cast<char>(header.size() >> (8 * i) & 255);
    return file + header + data;
}

std::vector<NamedTensor> tensors_of_each_kind() {
    return {{"b", tensor({{1, 2}, {3, 4}})},
            {"a", tensor({5.0}, f64)},
            {"flag", tensor({1.0, 0.0}, bool_)},
            {"ganz größe", scalar(7.0)},
            {"", zeros({0, 3})},
            {"half", StoredTensor(tensor({0.5, 1e5})).as(StoredType::f16)}};
}

void check_refused(const TemporaryFolder& folder, const std::string& bytes, const std::string& part,
                   const FileBudget& budget = {}) {
    shikumi_test::check_refused(folder, bytes, part, [&](const std::string& path) {
        return SafetensorsFile(path, budget);
    });
}

}  // namespace

TEST_CASE("safetensors are written and read back", "[safetensors]") {
    const TemporaryFolder folder;
    const auto path = folder.path() / "t.safetensors";
    write_safetensors(path, tensors_of_each_kind(), {.metadata = {{"who", "me \"and\" you"}}});
    const SafetensorsFile file(path);
    CHECK(file.names() == std::vector<std::string>{"a", "", "b", "ganz größe", "half", "flag"});
    CHECK(file.read("b").to_vector<float>() == std::vector<float>{1, 2, 3, 4});
    CHECK(file.read("b").shape() == Shape{2, 2});
    CHECK(file.read("a").dtype() == f64);
    CHECK(file.read("flag").to_vector<bool>() == std::vector<bool>{true, false});
    CHECK(file.read("ganz größe").item<float>() == 7);
    CHECK(file.read("").shape() == Shape{0, 3});
    CHECK(file.spec("half") == Spec{{2}, f32});
    CHECK(file.read_stored("half").type() == StoredType::f16);
    CHECK(file.read("half").to_vector<float>()[0] == 0.5f);
    CHECK(file.metadata().at("who") == "me \"and\" you");
    CHECK(file.contains("flag"));
    CHECK_FALSE(file.contains("flog"));
    CHECK_THROWS_WITH(file.read("flog"), contains("no tensor 'flog'") && contains("'flag'"));
    CHECK(open_tensor_file(path)->names() == file.names());
}

TEST_CASE("safetensors are laid out as by the library of that name", "[safetensors]") {
    const TemporaryFolder folder;
    const auto path = folder.path() / "t.safetensors";
    write_safetensors(path,
                      std::vector<NamedTensor>{
                          {"b", tensor({1, 2})}, {"a", tensor({1.0}, u8)}, {"ä", scalar(3.0)}},
                      {.metadata = {{"k", "v"}}, .checksums = false});
    const std::string header =
        R"({"__metadata__":{"k":"v"},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
        R"("ä":{"dtype":"F32","shape":[],"data_offsets":[8,12]},)"
        R"("a":{"dtype":"U8","shape":[1],"data_offsets":[12,13]}})";
    const std::string padded = header + std::string((8 - header.size() % 8) % 8, ' ');
    const std::string data("\0\0\x80\x3f\0\0\0\x40\0\0\x40\x40\1", 13);
    CHECK(contents(path) == file_of(padded, data));
}

TEST_CASE("checksums find every changed bit of a safetensors file", "[safetensors]") {
    const TemporaryFolder folder;
    const auto path = folder.path() / "t.safetensors";
    write_safetensors(path, tensors_of_each_kind());
    const std::string good = contents(path);
    const std::size_t data = good.size() - 8 - 16 - 4 - 4 - 2;
    for (std::size_t bit = 8 * data; bit < 8 * good.size(); ++bit) {
        std::string bad = good;
        bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ 1 << bit % 8);
        const SafetensorsFile file(folder.write("bad", bad));
        int refused = 0;
        for (const std::string& name : file.names()) {
            try {
                file.read(name);
            } catch (const IoError& e) {
                ++refused;
                CHECK_THAT(e.what(), contains("checksum") && contains("'" + name + "'"));
            }
        }
        CHECK(refused == 1);
    }
    std::string renamed = good;
    renamed.replace(renamed.find("\"flag\""), 6, "\"flug\"");
    check_refused(folder, renamed, "checksum");
    std::string reshaped = good;
    reshaped.replace(reshaped.find("[2,2]"), 5, "[4,1]");
    check_refused(folder, reshaped, "checksum");
}

TEST_CASE("bad safetensors are refused in words", "[safetensors]") {
    const TemporaryFolder folder;
    const std::string four(4, '\0');
    const std::string good = R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})";
    check_refused(folder, "", "too short");
    check_refused(folder, std::string(8, '\xff'), "limit");
    check_refused(folder, file_of("{}").substr(0, 9), "longer than the file");
    check_refused(folder, file_of(""), "brace");
    check_refused(folder, file_of("[]"), "brace");
    check_refused(folder, file_of("{}{}"), "JSON");
    check_refused(folder, file_of("{"), "JSON");
    check_refused(folder, file_of(R"({"a":3})"), "'a' is a number");
    check_refused(folder, file_of(R"({"a":[]})"), "'a' is a list");
    check_refused(folder, file_of(R"({"a":{}})"), "'a' has no dtype");
    check_refused(folder, file_of(R"({"a":{"b":1}})"), "unknown 'b'");
    check_refused(folder, file_of(R"({"a":{"shape":{}}})"), "an object");
    check_refused(folder, file_of(R"({"a":{"shape":[[]]}})"), "a list");
    check_refused(folder, file_of(R"({"a":{"shape":[1.0]}})"), "the number 1.0");
    check_refused(folder, file_of(R"({"a":{"shape":[-1]}})"), "negative");
    check_refused(folder, file_of(R"({"a":{"shape":[true]}})"), "truth value");
    check_refused(folder, file_of(R"({"a":{"shape":[1,1,1,1,1,1,1,1,1]}})"), "more than 8");
    check_refused(folder, file_of(R"({"a":{"dtype":null}})"), "null");
    check_refused(folder, file_of(R"({"a":{"dtype":"F32","dtype":"F32"}})"), "dtype twice");
    check_refused(folder, file_of(R"({"__metadata__":{},"__metadata__":{}})"), "twice");
    check_refused(folder, file_of(R"({"__metadata__":{"a":"b","a":"b"}})"), "'a' twice");
    check_refused(folder, file_of(good + std::string("\0", 1), four), "JSON");
    check_refused(folder, file_of(good, four + "x"), "1 bytes after the last tensor");
    check_refused(folder, file_of(good, "xyz"), "ends within 'a'");
    check_refused(folder,
                  file_of(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
                          R"("b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
                          four),
                  "the bytes of 'b' begin at 0");
    check_refused(folder,
                  file_of(R"({"a":{"dtype":"U8","shape":[18446744073709551615],)"
                          R"("data_offsets":[0,18446744073709551615]}})"),
                  "'a' has an axis of 18446744073709551615");
    check_refused(folder,
                  file_of(R"({"a":{"dtype":"U8","shape":[4294967296,4294967296],)"
                          R"("data_offsets":[0,0]}})"),
                  "2^60");
    check_refused(folder, file_of(good, four), "budget", {.bytes = 3});
    check_refused(folder, file_of(good, four), "budget", {.tensors = 0});
    check_refused(folder, file_of(good, four), "limit", {.header = 10});
    CHECK_THROWS_WITH(SafetensorsFile(folder.path() / "none"), contains("No such file"));
    CHECK_THROWS_WITH(SafetensorsFile(folder.path()), contains("not a file"));
    CHECK_THROWS_WITH(open_tensor_file(folder.write("text", "hello, world")), contains("neither"));
    CHECK_THROWS_AS(open_tensor_file(folder.write("empty", "")), IoError);
}

TEST_CASE("values that tensors can't hold are refused when they are read", "[safetensors]") {
    const TemporaryFolder folder;
    const std::string header = R"({"u":{"dtype":"U64","shape":[1],"data_offsets":[0,8]},)"
                               R"("b":{"dtype":"BOOL","shape":[1],"data_offsets":[8,9]}})";
    const SafetensorsFile file(folder.write("t", file_of(header, std::string(9, '\xff'))));
    CHECK_THROWS_AS(file.read("u"), IoError);
    CHECK_THROWS_WITH(file.read("u"), contains("'u'") && contains("18446744073709551615"));
    CHECK_THROWS_WITH(file.read("b"), contains("255"));
    CHECK(file.read_stored("u").type() == StoredType::u64);
}

TEST_CASE("what can't be written as safetensors is refused", "[safetensors]") {
    const TemporaryFolder folder;
    const auto path = folder.path() / "t";
    const Tensor x = zeros({1});
    const auto write = [&](const std::vector<NamedTensor>& tensors, const Metadata& metadata = {}) {
        write_safetensors(path, tensors, {.metadata = metadata});
    };
    CHECK_THROWS_WITH(write({{"a", x}, {"a", x}}), contains("two tensors of the name 'a'"));
    CHECK_THROWS_AS(write({{"__metadata__", x}}), ValueError);
    CHECK_THROWS_WITH(write({{"\xff", x}}), contains("UTF-8"));
    CHECK_THROWS_AS(write({}, {{"a", "\xff"}}), ValueError);
    CHECK(folder.entries() == 0);
    write({});
    CHECK(SafetensorsFile(path).tensors().empty());
}

TEST_CASE("a failed write leaves the old safetensors file", "[safetensors]") {
    const TemporaryFolder folder;
    const auto path = folder.path() / "t";
    const auto write = [&](double value) {
        write_safetensors(path, std::vector<NamedTensor>{{"x", full({1000}, value)}}, {.keep = 1});
    };
    write(1);
    int calls = 0;
    {
        const shikumi_test::IoFaults count;
        write(1);
        calls = count.calls();
    }
    for (int failing = 0; failing < calls; ++failing) {
        {
            const shikumi_test::IoFaults faults(failing, EIO);
            try {
                write(2);
            } catch (const IoError&) {
            }
        }
        const float first = SafetensorsFile(path).read("x").to_vector<float>()[0];
        CHECK((first == 1 || first == 2));
        write(1);
    }
    CHECK(folder.entries() == 2);
}

TEST_CASE("threads read one safetensors file", "[safetensors]") {
    const TemporaryFolder folder;
    const auto path = folder.path() / "t";
    std::vector<NamedTensor> tensors;
    for (int i = 0; i < 8; ++i) tensors.push_back({std::to_string(i), full({500}, i)});
    write_safetensors(path, tensors);
    const SafetensorsFile file(path);
    shikumi_test::together(4, [&](int t) {
        for (int i = 0; i < 50; ++i) {
            const int k = (i + t) % 8;
            if (file.read(std::to_string(k)).to_vector<float>()[499] != static_cast<float>(k))
                throw std::runtime_error("another tensor's values");
        }
    });
}

TEST_CASE("safetensors are mapped without a copy", "[safetensors]") {
    const TemporaryFolder folder;
    const std::string path = (folder.path() / "t.safetensors").string();
    Generator rng(1);
    const Tensor large = random_uniform({1 << 18}, rng), small = tensor({1.0, 2.0});
    const Tensor wide = random_uniform({1 << 17}, rng, 0, 1, f64);
    const std::vector<NamedTensor> tensors{{"large", large},
                                           {"small", small},
                                           {"wide", wide},
                                           {"half", StoredTensor(large).as(StoredType::f16)}};
    const bool checksums = GENERATE(false, true);
    write_safetensors(path, tensors, {.checksums = checksums});
    const std::string before = contents(path);
    auto file = std::make_unique<SafetensorsFile>(path);
    const std::size_t live = memory_stats().live;
    const Tensor mapped = file->map("large"), mapped_wide = file->map("wide");
    CHECK(memory_stats().live == live);
    for (const NamedTensor& t : tensors)
        CHECK(file->map(t.name).to_vector<double>() == file->read(t.name).to_vector<double>());
    CHECK_THROWS_AS(file->map("other"), IoError);

    // It outlives the reader and the name, and what is written stays in memory.
    file.reset();
    Parameter weight("w", mapped);
    weight.assign(weight + 1);
    CHECK(weight.value().to_vector<float>() == (large + 1).to_vector<float>());
    CHECK(contents(path) == before);
    std::filesystem::remove(path);
    CHECK(mapped_wide.to_vector<double>() == wide.to_vector<double>());
}

TEST_CASE("damage and an early end show when safetensors are mapped", "[safetensors]") {
    const TemporaryFolder folder;
    const std::string path = (folder.path() / "t.safetensors").string();
    write_safetensors(path, std::vector<NamedTensor>{{"large", zeros({1 << 18})}});
    std::string bytes = contents(path);
    bytes[bytes.size() - 5] ^= 1;
    folder.write("t.safetensors", bytes);
    CHECK_THROWS_WITH(SafetensorsFile(path).map("large"), contains("checksum"));
    const SafetensorsFile file(path);
    std::filesystem::resize_file(path, bytes.size() - 4096);
    CHECK_THROWS_WITH(file.map("large"), contains("too early"));
}
