#include <shikumi/autograd/memory/take_rows.hpp>

#include <cstring>

namespace shikumi::detail {

namespace {

// Small rows, of labels for instance, word by word: a call of memcpy would take longer.
void copy_row(const std::byte* from, std::size_t bytes, std::byte* to) {
    if (bytes > 32 || bytes % 4 != 0) {
        std::memcpy(to, from, bytes);
        return;
    }
    for (std::size_t i = 0; i < bytes; i += 4) std::memcpy(to + i, from + i, 4);
}

}  // namespace

Array take_rows(const Array& from, std::span<const Index> rows) {
    Array to({from.shape().with_front(static_cast<Index>(rows.size())), from.dtype()});
    if (to.size() == 0) return to;
    const std::size_t bytes = to.spec().bytes() / rows.size();
    const auto* const in = static_cast<const std::byte*>(from.raw());
    auto* out = static_cast<std::byte*>(to.raw());
    for (const Index r : rows) {
        copy_row(in + static_cast<std::size_t>(r) * bytes, bytes, out);
        out += bytes;
    }
    return to;
}

}  // namespace shikumi::detail
