#include <shikumi/formats/hdf5_file.hpp>

#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/formats/open_tensor_file.hpp>

#ifdef SHIKUMI_HAVE_HDF5
#include <hdf5.h>
#endif

#include "catch.hpp"
#include "support/libraries.hpp"
#include "support/temporary.hpp"

using namespace shikumi;
using namespace shikumi::formats;
using shikumi_test::contains;
using shikumi_test::contents;
using shikumi_test::has_hdf5;
using shikumi_test::TemporaryFolder;

namespace {

Hdf5Content some_content() {
    return {.datasets = {{"layers/dense/vars/10", tensor({5.0}, f64)},
                         {"layers/dense/vars/9", tensor({{1, 2, 3}, {4, 5, 6}})},
                         {"größe/kernel:0", zeros({0, 2})},
                         {"count", scalar(7, i64)},
                         {"half", StoredTensor(tensor({1, 1.5})).as(StoredType::f16)},
                         {"brain", StoredTensor(tensor({1, -2})).as(StoredType::bf16)},
                         {"byte", StoredTensor(tensor({3, 250}, i64)).as(StoredType::u8)},
                         {"which", tensor({1, 0}, bool_)}},
            .groups = {"empty/vars", "layers/dense"},
            .attributes = {{"", "keras_version", {"3.15.0"}},
                           {"layers", "layer_names", {"a", "größe"}, true},
                           {"empty", "weight_names", {}, true},
                           {"layers/dense/vars", "name", {"dense"}}}};
}

std::span<const std::byte> bytes_of(const std::string& text) {
    return std::as_bytes(std::span(text));
}

void check_refused(const std::string& file, const std::string& words) {
    try {
        const Hdf5File read(bytes_of(file), "x.h5", {.bytes = 1 << 20});
        for (const std::string& name : read.names()) read.read(name);
        FAIL_CHECK("was read; it should be refused: " << words);
    } catch (const IoError& e) {
        CHECK_THAT(e.what(), contains("x.h5"));
        CHECK_THAT(e.what(), contains(words));
    }
}

}  // namespace

TEST_CASE("groups, datasets and texts are written as HDF5 and read back", "[hdf5]") {
    if (!has_hdf5()) return;
    const TemporaryFolder folder;
    const std::string path = folder.path() / "x.h5";
    write_hdf5(path, some_content());
    const Hdf5File file(path);

    CHECK(file.names() == std::vector<std::string>{"brain", "byte", "count", "größe/kernel:0",
                                                   "half", "layers/dense/vars/9",
                                                   "layers/dense/vars/10", "which"});
    CHECK(file.groups() == std::vector<std::string>{"", "empty", "empty/vars", "größe", "layers",
                                                    "layers/dense", "layers/dense/vars"});
    CHECK(file.has_group("empty/vars"));
    CHECK_FALSE(file.has_group("empty/var"));
    CHECK(file.read("layers/dense/vars/9").to_vector<float>() ==
          std::vector<float>{1, 2, 3, 4, 5, 6});
    CHECK(file.spec("layers/dense/vars/9") == Spec{{2, 3}, f32});
    CHECK(file.read("layers/dense/vars/10").dtype() == f64);
    CHECK(file.read("größe/kernel:0").shape() == Shape{0, 2});
    CHECK(file.read("count").item<std::int64_t>() == 7);
    CHECK(file.read_stored("half").type() == StoredType::f16);
    CHECK(file.read("half").to_vector<float>() == std::vector<float>{1, 1.5});
    CHECK(file.read_stored("brain").type() == StoredType::bf16);
    CHECK(file.read("brain").to_vector<float>() == std::vector<float>{1, -2});
    CHECK(file.read_stored("byte").type() == StoredType::u8);
    CHECK(file.read("which").dtype() == bool_);
    CHECK(file.read("which").to_vector<bool>() == std::vector<bool>{true, false});

    CHECK(file.metadata() == Metadata{{"keras_version", "3.15.0"}});
    REQUIRE(file.texts("layers", "layer_names"));
    CHECK(*file.texts("layers", "layer_names") == Hdf5File::Texts{"a", "größe"});
    REQUIRE(file.texts("empty", "weight_names"));
    CHECK(file.texts("empty", "weight_names")->empty());
    CHECK_FALSE(file.texts("layers", "other"));
    CHECK_FALSE(file.texts("other", "name"));
}

TEST_CASE("the same content gives the same bytes, and a type is known by them", "[hdf5]") {
    if (!has_hdf5()) return;
    const TemporaryFolder folder;
    const std::string path = folder.path() / "x.any";
    write_hdf5(path, some_content());
    CHECK(contents(path) == hdf5_bytes(some_content()));
    CHECK(open_tensor_file(path)->read("count").item<std::int64_t>() == 7);
}

TEST_CASE("a list that no attribute holds is split, and put together again", "[hdf5]") {
    if (!has_hdf5()) return;
    Hdf5File::Texts names;
    for (int i = 0; i < 10'000; ++i) names.push_back("layer_" + std::to_string(i));
    const std::string bytes = hdf5_bytes({.attributes = {{"", "layer_names", names, true}}});
    const Hdf5File file(bytes_of(bytes), "x.h5");
    REQUIRE(file.texts("", "layer_names"));
    CHECK(*file.texts("", "layer_names") == names);
    CHECK(file.texts("", "layer_names0")->size() == 4032);
}

TEST_CASE("bad HDF5 files are refused in words", "[hdf5]") {
    if (!has_hdf5()) return;
    const std::string good = hdf5_bytes(some_content());
    check_refused("", "doesn't begin as an HDF5 file does");
    check_refused("PK" + good, "doesn't begin as an HDF5 file does");
    check_refused(good.substr(0, good.size() - 1), "ends 1 bytes too early");
    check_refused(good.substr(0, 20), "ends within its first bytes");
    check_refused(good + '\0', "goes on for 1 bytes after its end");
    check_refused(hdf5_bytes({.datasets = {{"large", zeros({1 << 20})}}}), "the budget");
    std::string untold = good;
    for (auto at = untold.find("bfloat16"); at != untold.npos; at = untold.find("bfloat16"))
        untold[at] = 'x';
    check_refused(untold, "'brain'");

    const TemporaryFolder folder;
    CHECK_THROWS_AS(Hdf5File(folder.path() / "absent.h5"), IoError);
    CHECK_THROWS_AS(Hdf5File(folder.path()), IoError);
}

TEST_CASE("what can't be in an HDF5 file is refused before it is written", "[hdf5]") {
    if (!has_hdf5()) return;
    const StoredTensor one = scalar(1);
    CHECK_THROWS_AS(hdf5_bytes({.datasets = {{"a", one}, {"a", one}}}), ValueError);
    CHECK_THROWS_AS(hdf5_bytes({.datasets = {{"a/b", one}, {"a", one}}}), ValueError);
    CHECK_THROWS_AS(hdf5_bytes({.datasets = {{"a", one}, {"a/b", one}}}), ValueError);
    CHECK_THROWS_AS(hdf5_bytes({.datasets = {{"", one}}}), ValueError);
    CHECK_THROWS_AS(hdf5_bytes({.datasets = {{"/a", one}}}), ValueError);
    CHECK_THROWS_AS(hdf5_bytes({.datasets = {{"a//b", one}}}), ValueError);
    CHECK_THROWS_AS(hdf5_bytes({.attributes = {{"", "a", {"b", "c"}}}}), ValueError);
}

TEST_CASE("several HDF5 files are open at a time", "[hdf5]") {
    if (!has_hdf5()) return;
    const std::string a = hdf5_bytes({.datasets = {{"a", scalar(1)}}});
    const Hdf5File one(bytes_of(a), "a.h5");
    const std::string b = hdf5_bytes({.datasets = {{"a", scalar(2)}}});
    const Hdf5File two(bytes_of(b), "b.h5");
    CHECK(one.read("a").item<float>() == 1);
    CHECK(two.read("a").item<float>() == 2);
}

TEST_CASE("threads read one HDF5 file, and several", "[hdf5]") {
    if (!has_hdf5()) return;
    const std::string bytes = hdf5_bytes(some_content());
    const Hdf5File shared(bytes_of(bytes), "shared.h5");
    std::vector<std::thread> threads;
    std::vector<int> right(4);
    for (std::size_t t = 0; t < right.size(); ++t)
        threads.emplace_back([&, t] {
            for (int i = 0; i < 20; ++i) {
                const Hdf5File own(bytes_of(bytes), "own.h5");
                for (const Hdf5File* const file : {&shared, &own})
                    right[t] += file->read_stored("layers/dense/vars/9").bytes()[3] ==
                                        shared.read_stored("layers/dense/vars/9").bytes()[3]
                                    ? 1
                                    : 0;
            }
        });
    for (std::thread& thread : threads) thread.join();
    CHECK(right == std::vector<int>(4, 40));
}

#ifdef SHIKUMI_HAVE_HDF5

// As Keras wrote them with h5py 2.
TEST_CASE("texts of fixed length end where their padding begins", "[hdf5]") {
    const TemporaryFolder folder;
    const std::string path = folder.path() / "x.h5";
    const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    const auto add = [&](const char* name, H5T_str_t padding, const std::string& bytes) {
        const hid_t type = H5Tcopy(H5T_C_S1);
        H5Tset_size(type, 4);
        H5Tset_strpad(type, padding);
        const hsize_t count = bytes.size() / 4;
        const hid_t space = H5Screate_simple(1, &count, nullptr);
        const hid_t attribute = H5Acreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
        H5Awrite(attribute, type, bytes.data());
        H5Aclose(attribute);
        H5Sclose(space);
        H5Tclose(type);
    };
    add("zeros", H5T_STR_NULLPAD, std::string("ab\0\0abcd", 8));
    add("spaces", H5T_STR_SPACEPAD, "a   ab d");
    H5Fclose(file);
    const Hdf5File read(path);
    REQUIRE(read.texts("", "zeros"));
    CHECK(*read.texts("", "zeros") == Hdf5File::Texts{"ab", "abcd"});
    REQUIRE(read.texts("", "spaces"));
    CHECK(*read.texts("", "spaces") == Hdf5File::Texts{"a", "ab d"});
}

TEST_CASE("datasets in chunks, deflated, shuffled and with checksums, are read", "[hdf5]") {
    const TemporaryFolder folder;
    const std::string path = folder.path() / "x.h5";
    const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    const hsize_t sizes[] = {3, 4}, chunk[] = {2, 2};
    const hid_t how = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(2, sizes, nullptr);
    H5Pset_chunk(how, 2, chunk);
    H5Pset_shuffle(how);
    H5Pset_deflate(how, 4);
    H5Pset_fletcher32(how);
    const hid_t data =
        H5Dcreate2(file, "big endian", H5T_IEEE_F32BE, space, H5P_DEFAULT, how, H5P_DEFAULT);
    std::vector<float> values(12);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
    H5Dwrite(data, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
    H5Dclose(data);
    H5Sclose(space);
    H5Pclose(how);
    H5Fclose(file);
    const Hdf5File read(path);
    CHECK(read.spec("big endian") == Spec{{3, 4}, f32});
    CHECK(read.read("big endian").to_vector<float>() == values);
}

#endif
