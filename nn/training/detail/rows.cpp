#include <shikumi/nn/training/detail/rows.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <numeric>

namespace shikumi::nn::detail {

namespace {

std::size_t row_bytes(const Array& a) {
    const Index rows = a.shape().front();
    return rows == 0 ? 0 : a.spec().bytes() / static_cast<std::size_t>(rows);
}

std::byte* row(const Array& a, Index i) {
    return static_cast<std::byte*>(a.raw()) + static_cast<std::size_t>(i) * row_bytes(a);
}

// An exponent of all ones; in integers, so that the loop becomes vector code.
template <class Bits, class T>
bool any_non_finite(std::span<const T> values, Bits exponent) {
    Bits found = 0;
    for (const T v : values)
        found |= static_cast<Bits>((std::bit_cast<Bits>(v) & exponent) == exponent);
    return found != 0;
}

}  // namespace

void check_batch_size(std::string_view caller, Index batch_size) {
    if (batch_size <= 0)
        fail<ValueError>(caller, "the batch size must be positive, got ", batch_size);
}

std::vector<Index> in_order(Index first, Index last) {
    std::vector<Index> rows(static_cast<std::size_t>(last - first));
    std::iota(rows.begin(), rows.end(), first);
    return rows;
}

Array Rows::joined() const {
    if (pieces_.empty()) fail<StateError>("predict", "there are no samples");
    if (pieces_.size() == 1) return pieces_.front();
    Index count = 0;
    for (const Array& piece : pieces_) count += piece.shape().front();
    const Spec& spec = pieces_.front().spec();
    Array all(Spec{spec.shape.with_front(count), spec.dtype});
    Index first = 0;
    for (const Array& piece : pieces_) {
        if (piece.spec().bytes() > 0)
            std::memcpy(row(all, first), piece.raw(), piece.spec().bytes());
        first += piece.shape().front();
    }
    return all;
}

Index non_finite_row(const Array& values) {
    if (!is_floating(values.dtype())) return -1;
    const auto rows = static_cast<std::size_t>(values.shape().front());
    return dispatch_floating(values.dtype(), [&]<class T>() -> Index {
        const std::span<const T> all = values.data<T>();
        bool found;
        if constexpr (sizeof(T) == 4)
            found = any_non_finite(all, std::uint32_t{0x7F800000});
        else
            found = any_non_finite(all, std::uint64_t{0x7FF0000000000000});
        if (!found) return -1;
        const auto at = std::find_if(all.begin(), all.end(), [](T v) { return !std::isfinite(v); });
        return static_cast<Index>(static_cast<std::size_t>(at - all.begin()) / (all.size() / rows));
    });
}

}  // namespace shikumi::nn::detail
