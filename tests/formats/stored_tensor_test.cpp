#include <shikumi/formats/stored_tensor.hpp>

#include <cstring>
#include <limits>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>

#include "catch.hpp"

using namespace shikumi;
using formats::StoredTensor;
using formats::StoredType;
using shikumi_test::contains;

namespace {

template <class T>
StoredTensor stored(StoredType type, const std::vector<T>& values) {
    StoredTensor t(type, {static_cast<Index>(values.size())});
    std::memcpy(t.mutable_bytes().data(), values.data(), values.size() * sizeof(T));
    return t;
}

constexpr StoredType all_types[] = {
    StoredType::bool_, StoredType::u8,  StoredType::i8,  StoredType::f8_e4m3, StoredType::f8_e5m2,
    StoredType::u16,   StoredType::i16, StoredType::f16, StoredType::bf16,    StoredType::u32,
    StoredType::i32,   StoredType::f32, StoredType::u64, StoredType::i64,     StoredType::f64};

bool is_real(StoredType t) { return is_floating(held_as(t)); }

}  // namespace

TEST_CASE("a tensor is stored as it is", "[stored_tensor]") {
    const Tensor x = tensor({1.5, -2, 3});
    const StoredTensor s = x;
    CHECK(s.type() == StoredType::f32);
    CHECK(s.shape() == Shape{3});
    CHECK(s.bytes().size() == 12);
    CHECK(s.tensor().to_vector<float>() == x.to_vector<float>());
    CHECK(StoredTensor(scalar(2.5)).tensor().item<float>() == 2.5f);
    CHECK(StoredTensor(zeros({0, 3})).bytes().empty());
}

TEST_CASE("types are held by the dtype that holds their values", "[stored_tensor]") {
    using enum StoredType;
    CHECK(stored<std::int8_t>(i8, {-128, 127}).tensor().to_vector<std::int32_t>() ==
          std::vector<std::int32_t>{-128, 127});
    CHECK(stored<std::uint16_t>(u16, {65535}).tensor().dtype() == shikumi::i32);
    CHECK(stored<std::int16_t>(i16, {-32768}).tensor().item<std::int32_t>() == -32768);
    CHECK(stored<std::uint32_t>(u32, {4294967295u}).tensor().item<std::int64_t>() == 4294967295);
    CHECK(stored<std::uint8_t>(bool_, {0, 1}).tensor().to_vector<bool>() ==
          std::vector<bool>{false, true});
    CHECK(stored<std::uint16_t>(f16, {0x3C00, 0xC000}).tensor().to_vector<float>() ==
          std::vector<float>{1, -2});
    CHECK(stored<std::uint16_t>(bf16, {0x3F80, 0x4049}).tensor().to_vector<float>() ==
          std::vector<float>{1, 3.140625f});
    for (const StoredType type : all_types) {
        INFO(name(type));
        const StoredTensor zero = StoredTensor(zeros({2}, held_as(type))).as(type);
        CHECK(zero.type() == type);
        CHECK(zero.bytes().size() == 2 * size_of(type));
        CHECK(zero.tensor().dtype() == held_as(type));
        CHECK(zero.tensor().to_vector<double>() == std::vector<double>{0, 0});
    }
}

TEST_CASE("what a type can't hold is refused", "[stored_tensor]") {
    using enum StoredType;
    const std::uint64_t large = std::numeric_limits<std::uint64_t>::max();
    const StoredTensor u = stored<std::uint64_t>(u64, {1, large});
    CHECK_THROWS_AS(u.tensor(), ValueError);
    CHECK_THROWS_WITH(
        u.tensor(), contains("element 1 is 18446744073709551615") && contains("int64 can't hold"));
    CHECK_THROWS_WITH(stored<std::uint8_t>(bool_, {1, 2}).tensor(), contains("element 1 is 2"));
    CHECK_THROWS_AS(StoredTensor(tensor({300.0}).cast(shikumi::i32)).as(u8), ValueError);
    CHECK_THROWS_AS(StoredTensor(tensor({-1.0}).cast(shikumi::i32)).as(u64), ValueError);
    for (const StoredType from : all_types) {
        for (const StoredType to : all_types) {
            const StoredTensor one = StoredTensor(ones({1}, held_as(from))).as(from);
            if (is_real(from) != is_real(to))
                CHECK_THROWS_AS(one.as(to), DTypeError);
            else
                CHECK(one.as(to).tensor().item<double>() == 1);
        }
    }
}
