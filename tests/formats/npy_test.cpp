#include <shikumi/formats/npy.hpp>

#include <cstdint>
#include <string>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>

#include "catch.hpp"
#include "support/refused.hpp"
#include "support/temporary.hpp"

using namespace shikumi;
using namespace shikumi::formats;
using shikumi_test::contains;
using shikumi_test::contents;
using shikumi_test::TemporaryFolder;

namespace {

std::string npy(const std::string& literal, const std::string& data, char version = 1) {
    std::string file = std::string("\x93NUMPY") + version + '\0';
    for (int i = 0; i < (version == 1 ? 2 : 4); ++i)
        file += static_cast<char>(literal.size() >> (8 * i) & 255);
    return file + literal + data;
}

std::string header(const std::string& descr, const std::string& shape, bool fortran = false) {
    return "{'descr': '" + descr + "', 'fortran_order': " + (fortran ? "True" : "False") +
           ", 'shape': " + shape + ", }\n";
}

void check_refused(const TemporaryFolder& folder, const std::string& bytes, const std::string& part,
                   const FileBudget& budget = {}) {
    shikumi_test::check_refused(folder, bytes, part,
                                [&](const std::string& path) { return read_npy(path, budget); });
}

}  // namespace

TEST_CASE("arrays are written as .npy and read back", "[npy]") {
    const TemporaryFolder folder;
    const auto path = folder.path() / "x.npy";
    for (const Shape& shape : {Shape{}, Shape{4}, Shape{0}, Shape{2, 3}, Shape{2, 1, 2, 1, 3}}) {
        for (const DType dtype : {bool_, u8, i32, i64, f32, f64}) {
            std::vector<double> values;
            for (Index i = 0; i < shape.size(); ++i) values.push_back(dtype == bool_ ? i % 2 : i);
            write_npy(path, tensor(values, shape).cast(dtype));
            const Tensor back = read_npy(path);
            CHECK(back.spec() == Spec{shape, dtype});
            CHECK(back.to_vector<double>() == values);
            CHECK((contents(path).size() - back.spec().bytes()) % 64 == 0);
        }
    }
    write_npy(path, StoredTensor(tensor({0.5, -2})).as(StoredType::f16));
    CHECK(read_stored_npy(path).type() == StoredType::f16);
    CHECK(read_npy(path).to_vector<float>() == std::vector<float>{0.5f, -2});
    CHECK_THROWS_WITH(write_npy(path, StoredTensor(zeros({1})).as(StoredType::bf16)),
                      contains("NumPy has no type for bfloat16"));
}

TEST_CASE("an .npy file begins as NumPy's", "[npy]") {
    const TemporaryFolder folder;
    const auto path = folder.path() / "x.npy";
    write_npy(path, tensor({1, 2}));
    std::string text = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }";
    text.resize(117, ' ');
    CHECK(contents(path) == std::string("\x93NUMPY\1\0\x76\0", 10) + text + "\n" +
                                std::string("\0\0\x80\x3f\0\0\0\x40", 8));
}

TEST_CASE("any order of bytes and axes is read", "[npy]") {
    const TemporaryFolder folder;
    const auto read = [&](const std::string& bytes) {
        return read_npy(folder.write("x.npy", bytes)).to_vector<double>();
    };
    const std::vector<double> both{1, 258};
    CHECK(read(npy(header("<i2", "(2,)"), std::string("\1\0\2\1", 4))) == both);
    CHECK(read(npy(header(">i2", "(2,)"), std::string("\0\1\1\2", 4))) == both);
    CHECK(read(npy(header("<i2", "(2,)"), std::string("\1\0\2\1", 4), 2)) == both);
    CHECK(read(npy(header("<i2", "(2,)"), std::string("\1\0\2\1", 4), 3)) == both);
    CHECK(read(npy(header("u1", "(2L,)"), "\1\2")) == std::vector<double>{1, 2});
    CHECK(read(npy(header("|u1", "(2, 3)", true), "\1\4\2\5\3\6")) ==
          std::vector<double>{1, 2, 3, 4, 5, 6});
    // (i, j, k) lies at i + 2j + 6k.
    std::string cube;
    for (int k = 0; k < 2; ++k)
        for (int j = 0; j < 3; ++j)
            for (int i = 0; i < 2; ++i) cube += static_cast<char>(6 * i + 2 * j + k);
    std::vector<double> rising;
    for (int i = 0; i < 12; ++i) rising.push_back(i);
    CHECK(read(npy(header("|u1", "(2, 3, 2)", true), cube)) == rising);
    CHECK(read(npy("{\"shape\":(1,),'fortran_order':True,\"descr\":'=u1'}", "\7")) ==
          std::vector<double>{7});
}

TEST_CASE("bad .npy files are refused in words", "[npy]") {
    const TemporaryFolder folder;
    const std::string four(4, '\0');
    check_refused(folder, "", "no .npy file");
    check_refused(folder, "\x93NUMPX\1\0\0\0", "no .npy file");
    check_refused(folder, npy(header("<f4", "(1,)"), four, 4), "unknown version 4.0");
    check_refused(folder, npy(header("<f4", "(1,)"), four).substr(0, 9), "ends within its header");
    check_refused(folder, npy(header("<f4", "(1,)"), four).substr(0, 40), "longer than the rest");
    check_refused(folder, npy(header("<f4", "(2,)"), four), "take 8 bytes, of which there are 4");
    check_refused(folder, npy(header("<f4", "()"), four + "x"), "goes on for 1 bytes");
    check_refused(folder, npy(header("|O", "()"), four), "object array");
    check_refused(folder, npy(header("<U3", "()"), four), "'<U3'");
    check_refused(folder, npy(header("<c8", "()"), four), "'<c8'");
    check_refused(folder, npy(header("f16", "()"), four), "'f16'");
    check_refused(folder, npy(header("", "()"), four), "''");
    check_refused(folder, npy("{'descr': [('a', '<f4')], 'x'", four), "structured");
    check_refused(folder, npy(header("<f4", "(-1,)"), four), "negative axis");
    check_refused(folder, npy(header("<f4", "(1)"), four), "no tuple");
    check_refused(folder, npy(header("<f4", "[1]"), four), "broken");
    check_refused(folder, npy(header("<f4", "(1 2)"), four), "broken");
    check_refused(folder, npy(header("<f4", "(,)"), four), "broken");
    check_refused(folder, npy(header("<f4", "(f(),)"), four), "broken");
    check_refused(folder, npy(header("<f4", "(99999999999999999999,)"), four), "2^63");
    check_refused(folder, npy(header("<f4", "(4294967296, 4294967296)"), four), "2^60");
    check_refused(folder, npy(header("<f4", "(1,1,1,1,1,1,1,1,1)"), four), "8 axes");
    check_refused(folder, npy("{'descr': '<f4', 'shape': ()}", four), "no 'fortran_order'");
    check_refused(folder, npy("{'descr': '<f4', 'descr': '<f4'}", four), "'descr'");
    check_refused(folder, npy("{'descr': '<f4', 'extra': 1}", four), "'extra'");
    check_refused(folder, npy("{'descr': '<f4', 'fortran_order': 0}", four), "neither True");
    check_refused(folder, npy(header("<f4", "()") + "1", four), "something follows");
    check_refused(folder, npy("{'descr': '<\\x664'}", four), "backslash");
    check_refused(folder, npy("{'descr", four), "doesn't end");
    check_refused(folder, npy(std::string(70000, ' '), four, 2), "limit is 65536");
    check_refused(folder, npy(header("|u1", "(4,)"), four), "budget", {.bytes = 3});
    check_refused(folder, npy(header("<u8", "(1,)"), std::string(8, '\xff')),
                  "18446744073709551615");
    CHECK_THROWS_AS(read_npy(folder.path() / "none.npy"), IoError);
}
