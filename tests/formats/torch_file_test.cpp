// PyTorch's files: written and read, and read as PyTorch writes them. tests/exchange reads real
// ones, tests/hostile bad ones.
#include <shikumi/formats/torch_file.hpp>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/formats/detail/zip.hpp>
#include <shikumi/formats/open_tensor_file.hpp>

#include "catch.hpp"
#include "support/libraries.hpp"
#include "support/temporary.hpp"

using namespace shikumi;
using namespace shikumi::formats;
using shikumi_test::contains;
using shikumi_test::contents;
using shikumi_test::has_zip;
using shikumi_test::TemporaryFolder;

namespace {

std::vector<NamedTensor> tensors_for_torch() {
    const Tensor x = tensor({{0.5, -2, 3e10}, {4, 5, 6}});
    return {{"layer.weight", x},
            {"größe \"x\"", scalar(-7, i64)},
            {"", tensor({1, 0, 1}, bool_)},
            {"wide", tensor({0.1, 1e-300}, f64)},
            {"none", zeros({0, 3}, i32)},
            {"half", StoredTensor(x).as(StoredType::f16)},
            {"brain", StoredTensor(x).as(StoredType::bf16)},
            {"eight", StoredTensor(x).as(StoredType::f8_e5m2)},
            {"short", StoredTensor(tensor({5, 70}, i32)).as(StoredType::u16)}};
}

std::string text_of(const std::string& text) {
    std::string bytes = "X";
    for (int shift = 0; shift < 32; shift += 8)
        bytes += static_cast<char>(text.size() >> shift & 255);
    return bytes + text;
}

// A tensor of storage 0, which has `count` floats, as PyTorch's pickle describes it.
std::string window(int count, const std::string& offset, const std::string& size,
                   const std::string& stride) {
    return "ctorch._utils\n_rebuild_tensor_v2\n((" + text_of("storage") + "ctorch\nFloatStorage\n" +
           text_of("0") + text_of("cpu") + 'K' + static_cast<char>(count) + "tQ" + offset + size +
           stride + "\x89" + "ccollections\nOrderedDict\n)RtR";
}

void write_file(const std::filesystem::path& path, const std::string& pickle, const Tensor& storage,
                const std::map<std::string, std::string>& others = {}) {
    const StoredTensor none(StoredType::u8, Shape({0}));
    std::vector<formats::detail::ZipContent> members{
        {"x/data.pkl", "\x80\x02" + pickle + '.', none}, {"x/data/0", {}, storage}};
    for (const auto& [name, text] : others) members.push_back({name, text, none});
    formats::detail::write_zip("test", path, members);
}

std::string message_of(const std::filesystem::path& path) {
    try {
        const TorchFile file(path);
        for (const std::string& name : file.names()) file.read(name);
    } catch (const IoError& e) {
        return e.what();
    }
    return "";
}

}  // namespace

TEST_CASE("PyTorch files are written and read back", "[torch]") {
    const TemporaryFolder folder;
    if (!has_zip()) return;
    const std::string path = folder.path() / "x.pt";
    const std::vector<NamedTensor> tensors = tensors_for_torch();
    write_torch(path, TorchValue::StateDict{tensors, {{"", 1}, {"layer", 2}}});
    const TorchFile file(path);
    REQUIRE(file.tensors().size() == tensors.size());
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        CHECK(file.tensors()[i].name == tensors[i].name);
        const StoredTensor got = file.read_stored(tensors[i].name);
        CHECK(got.type() == tensors[i].value.type());
        CHECK(got.shape() == tensors[i].value.shape());
        CHECK(std::ranges::equal(got.bytes(), tensors[i].value.bytes()));
    }
    REQUIRE(file.value("_metadata.layer.version"));
    CHECK(*file.value("_metadata.layer.version") == Config(2));
    CHECK(file.opaque().empty());
    CHECK(open_tensor_file(path)->tensors().size() == tensors.size());  // told by its content
    const std::string first = contents(path);
    write_torch(path, TorchValue::StateDict{tensors, {{"", 1}, {"layer", 2}}}, {.keep = 1});
    CHECK(contents(path) == first);
    CHECK(contents(path + ".1") == first);
}

TEST_CASE("nested objects are read by paths", "[torch]") {
    const TemporaryFolder folder;
    if (!has_zip()) return;
    const std::string path = folder.path() / "x.pt";
    const Tensor x = tensor({1, 2});
    const TorchValue::Dict group{{"lr", Config(0.1)},
                                 {"betas", TorchValue::Tuple{{Config(0.9), Config(0.999)}}},
                                 {"foreach", Config()},
                                 {"params", Config(Config::List{0, 1})}};
    write_torch(
        path,
        TorchValue::Dict{
            {"epoch", Config(std::int64_t{1} << 40)},
            {"name", Config("naïve")},
            {"optimizer",
             TorchValue::Dict{{"state", TorchValue::Dict{{0, TorchValue::Dict{{"exp_avg", x}}}}},
                              {"param_groups", TorchValue::List{group}}}},
            {"model", TorchValue::StateDict{{{"a", x}, {"b", x}}}}});
    const TorchFile file(path);
    CHECK(file.names() ==
          std::vector<std::string>{"optimizer.state.0.exp_avg", "model.a", "model.b"});
    CHECK(*file.value("epoch") == Config(std::int64_t{1} << 40));
    CHECK(*file.value("name") == Config("naïve"));
    CHECK(*file.value("optimizer.param_groups.0.betas") == Config(Config::List{0.9, 0.999}));
    CHECK(file.value("optimizer.param_groups.0.foreach")->is_null());
    CHECK(*file.value("optimizer.param_groups.0.params") == Config(Config::List{0, 1}));
    CHECK_FALSE(file.value("optimizer"));
    // What shares a storage in Python is changed together.
    CHECK(file.same_as("model.b").empty());
    CHECK_THROWS_AS(write_torch(path, TorchValue::Dict{{Config(0.5), Config(1)}}), ValueError);
    CHECK_THROWS_AS(write_torch(path, Config("\xff")), ValueError);
    CHECK(TorchFile(path).names() == file.names());  // the old file stays
}

TEST_CASE("storages begin at multiples of 64 bytes", "[torch]") {
    const TemporaryFolder folder;
    if (!has_zip()) return;
    const std::string path = folder.path() / "any name at all.pt";
    write_torch(path, TorchValue::StateDict{tensors_for_torch()});
    const std::string file = contents(path);
    const auto number = [&](std::size_t at, std::size_t bytes) {
        std::size_t n = 0;
        for (std::size_t i = bytes; i-- > 0;) n = n << 8 | static_cast<unsigned char>(file[at + i]);
        return n;
    };
    int members = 0;
    for (std::size_t at = 0; file.compare(at, 4, "PK\3\4") == 0; ++members) {
        const std::size_t data = at + 30 + number(at + 26, 2) + number(at + 28, 2);
        CHECK(data % 64 == 0);
        at = data + number(at + 18, 4);
    }
    CHECK(members == 14);
}

TEST_CASE("a tensor is a window on a storage", "[torch]") {
    const TemporaryFolder folder;
    if (!has_zip()) return;
    const std::filesystem::path path = folder.path() / "x.pt";
    const Tensor storage = tensor({0, 1, 2, 3, 4, 5});
    const auto read = [&](const std::string& offset, const std::string& size,
                          const std::string& stride) {
        write_file(path, "}" + text_of("a") + window(6, offset, size, stride) + 's', storage);
        return TorchFile(path).read("a");
    };
    const std::string zero("K\0", 2);
    CHECK(read(zero, "(K\2K\3t", "(K\3K\1t").to_vector<double>() ==
          std::vector<double>{0, 1, 2, 3, 4, 5});
    CHECK(read(zero, "(K\3K\2t", "(K\1K\3t").to_vector<double>() ==
          std::vector<double>{0, 3, 1, 4, 2, 5});  // transposed
    CHECK(read("K\1", "(K\2t", "(K\4t").to_vector<double>() == std::vector<double>{1, 5});
    CHECK(read("K\2", "(K\2K\2t", "(" + zero + "K\1t").to_vector<double>() ==
          std::vector<double>{2, 3, 2, 3});  // expanded
    CHECK(read("K\5", "(t", "(t").item<double>() == 5);
    CHECK(read("K\6", "(" + zero + "t", "(K\1t").size() == 0);
    const auto refused = [&](const std::string& offset, const std::string& size,
                             const std::string& stride) {
        write_file(path, "}" + text_of("fc.w") + window(6, offset, size, stride) + 's', storage);
        return message_of(path);
    };
    CHECK_THAT(refused("K\1", "(K\6t", "(K\1t"), contains("'fc.w'"));
    CHECK_THAT(refused("J\xff\xff\xff\xff", "(K\1t", "(K\1t"), contains("'fc.w'"));
    CHECK_THAT(refused(zero, "(K\2t", "(K\6t"), contains("outside of its storage"));
    CHECK_THAT(refused(zero, "(K\5t", "(\x8a\x08" + std::string("\0\0\0\0\0\0\0\x40", 8) + 't'),
               contains("outside of its storage"));
}

TEST_CASE("one storage is read through several windows", "[torch]") {
    const TemporaryFolder folder;
    if (!has_zip()) return;
    const std::filesystem::path path = folder.path() / "x.pt";
    const std::string zero("K\0", 2);
    write_file(path,
               "}(" + text_of("a") + window(6, "K\3", "(K\3t", "(K\1t") + text_of("b") +
                   window(6, zero, "(K\2t", "(K\1t") + text_of("c") +
                   window(6, "K\3", "(K\3t", "(K\1t") + 'u',
               tensor({0, 1, 2, 3, 4, 5}));
    const TorchFile file(path);
    for (int again = 0; again < 2; ++again) {
        CHECK(file.read("a").to_vector<double>() == std::vector<double>{3, 4, 5});
        CHECK(file.read("b").to_vector<double>() == std::vector<double>{0, 1});
    }
    CHECK(file.same_as("c") == "a");
    CHECK(file.same_as("b").empty());
}

TEST_CASE("objects that are no data are passed over and listed", "[torch]") {
    const TemporaryFolder folder;
    if (!has_zip()) return;
    const std::filesystem::path path = folder.path() / "x.pt";
    const std::string zero("K\0", 2);
    write_file(path,
               "}(" + text_of("w") + window(1, zero, "(K\1t", "(K\1t") + text_of("args") +
                   "cargparse\nNamespace\n)\x81}" + text_of("lr") + "K\1sb" + text_of("dtype") +
                   "ctorch\nfloat32\n" + text_of("size") + "ctorch\nSize\n((K\2K\3ttR" +
                   text_of("old") + "ccopy_reg\n_reconstructor\n(cmy.module\nThing\nNNtR" + 'u',
               tensor({1}));
    const TorchFile file(path);
    REQUIRE(file.opaque().size() == 3);
    CHECK(file.opaque()[0].path == "args");
    CHECK(file.opaque()[0].class_name == "argparse.Namespace");
    CHECK(file.opaque()[1].class_name == "torch.float32");
    CHECK(file.opaque()[2].class_name == "my.module.Thing");
    CHECK(*file.value("size") == Config(Config::List{2, 3}));
    CHECK(file.read("w").item<double>() == 1);
}

TEST_CASE("what else torch.save can write is refused with advice", "[torch]") {
    const TemporaryFolder folder;
    if (!has_zip()) return;
    const std::filesystem::path path = folder.path() / "x.pt";
    const Tensor one = tensor({1});
    const std::string zero("K\0", 2);
    const std::string good = "}" + text_of("w") + window(1, zero, "(K\1t", "(K\1t") + 's';
    write_file(path, "ctorch.nn.modules.container\nSequential\n)\x81", one);
    CHECK_THAT(message_of(path), contains("torch.nn.modules.container.Sequential"));
    CHECK_THAT(message_of(path), contains("state_dict"));
    write_file(path, good, one, {{"x/byteorder", "big"}});
    CHECK_THAT(message_of(path), contains("'big'"));
    write_file(path, good, one, {{"x/constants.pkl", ""}});
    CHECK_THAT(message_of(path), contains("TorchScript"));
    write_file(path, "}" + text_of("w") + "ctorch._utils\n_rebuild_sparse_tensor\n)Rs", one);
    CHECK_THAT(message_of(path), contains("'w' is a sparse tensor"));
    write_file(path, good, tensor({1, 2}));
    CHECK_THAT(message_of(path), contains("8 bytes, the pickle says 4"));
    folder.write("x.pt", "\x80\x02\x8a\x0al\xfc\x9c");
    CHECK_THAT(message_of(path), contains("torch.save(torch.load(path), path)"));
    folder.write("x.pt", "nothing of the kind");
    CHECK_THAT(message_of(path), contains("no file that torch.save has written"));
    write_file(path, good, one);
    CHECK_THROWS_AS(TorchFile(path, {.bytes = 3}), IoError);
    CHECK_THROWS_AS(TorchFile(path, {.tensors = 0}), IoError);
    CHECK_THROWS_AS(TorchFile(path, {.header = 10}), IoError);
    CHECK(TorchFile(path).names() == std::vector<std::string>{"w"});
}
