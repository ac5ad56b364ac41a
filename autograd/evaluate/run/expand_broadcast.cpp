#include <shikumi/autograd/evaluate/run/expand_broadcast.hpp>

#include <algorithm>
#include <array>
#include <cstring>

namespace shikumi::detail {

namespace {

template <class T>
void fill_with(std::byte* out, const std::byte* from, Index n) {
    T value;
    std::memcpy(&value, from, sizeof value);
    std::fill_n(reinterpret_cast<T*>(out), n, value);
}

void fill_elements(std::byte* out, const std::byte* from, Index n, std::size_t element) {
    if (element == 4)
        fill_with<std::uint32_t>(out, from, n);
    else if (element == 8)
        fill_with<std::uint64_t>(out, from, n);
    else
        fill_with<std::uint8_t>(out, from, n);
}

// The row again and again: what has been written is copied, twice as much each time.
void repeat_row(std::byte* out, const std::byte* row, std::size_t bytes, std::size_t all) {
    std::size_t done = std::min(bytes, all);
    std::memcpy(out, row, done);
    for (std::size_t more; done < all; done += more) {
        more = std::min(done, all - done);
        std::memcpy(out + done, out, more);
    }
}

// A place in the broadcast array, and the element of the source that is read there.
class Cursor {
public:
    Cursor(const Broadcast& broadcast, Index start) : broadcast_(broadcast) {
        Index stride = 1;
        for (unsigned axis = axes(); axis-- > 0;) {
            const Index size = broadcast.sizes[axis];
            strides_[axis] = broadcast.moves[axis] ? stride : 0;
            if (broadcast.moves[axis]) stride *= size;
            at_[axis] = start % size;
            start /= size;
        }
    }
    /// Elements from here to the end of the last axis.
    Index left_in_row() const noexcept { return broadcast_.sizes[axes() - 1] - at_[axes() - 1]; }
    Index source_element() const noexcept {
        Index offset = 0;
        for (unsigned axis = 0; axis < axes(); ++axis) offset += at_[axis] * strides_[axis];
        return offset;
    }
    void next_row() noexcept {
        at_[axes() - 1] = 0;
        for (unsigned axis = axes() - 1; axis-- > 0;) {
            if (++at_[axis] < broadcast_.sizes[axis]) break;
            at_[axis] = 0;
        }
    }

private:
    unsigned axes() const noexcept { return static_cast<unsigned>(broadcast_.rank); }

    const Broadcast& broadcast_;
    std::array<Index, Shape::max_rank> strides_{}, at_{};
};

std::size_t bytes(Index elements, std::size_t element) {
    return static_cast<std::size_t>(elements) * element;
}

}  // namespace

void expand_broadcast(const Broadcast& broadcast, const void* source, Index start, Index count,
                      std::byte* out) {
    const auto* from = static_cast<const std::byte*>(source);
    const std::size_t element = broadcast.element;
    const int rank = broadcast.rank;
    if (rank == 0 || (rank == 1 && !broadcast.moves[0]))
        return fill_elements(out, from, count, element);
    if (rank == 2 && broadcast.moves[1] && start % broadcast.sizes[1] == 0)
        return repeat_row(out, from, bytes(broadcast.sizes[1], element), bytes(count, element));
    const bool moves_in_row = broadcast.moves[static_cast<unsigned>(rank - 1)];
    for (Cursor cursor(broadcast, start); count > 0; cursor.next_row()) {
        const Index run = std::min(count, cursor.left_in_row());
        const std::byte* piece = from + bytes(cursor.source_element(), element);
        if (moves_in_row)
            std::memcpy(out, piece, bytes(run, element));
        else
            fill_elements(out, piece, run, element);
        out += bytes(run, element);
        count -= run;
    }
}

}  // namespace shikumi::detail
