#include <shikumi/autograd/core/shape.hpp>

#include <algorithm>
#include <map>
#include <mutex>
#include <ostream>
#include <vector>

#include <shikumi/autograd/core/error.hpp>

namespace shikumi {

Shape::Shape(std::initializer_list<Index> sizes)
    : Shape(std::span<const Index>(sizes.begin(), sizes.size())) {}

Shape::Shape(std::span<const Index> sizes) {
    if (sizes.size() > static_cast<std::size_t>(max_rank))
        fail<ShapeError>("shape", "at most ", max_rank, " axes, got ", sizes.size());
    if (sizes.size() <= 2) {  // nearly every shape, and no product of two such sizes is too large
        const Index a = sizes.empty() ? 0 : sizes[0], b = sizes.size() < 2 ? 0 : sizes[1];
        if (((a | b) & ~static_cast<Index>(size_mask >> 1)) == 0) {
            low_ = static_cast<std::uint64_t>(a) | static_cast<std::uint64_t>(b) << 31 |
                   static_cast<std::uint64_t>(sizes.size()) << 62;
            return;
        }
    }
    constexpr Index most = Index{1} << 60;  // so that bytes can be counted as well
    Index total = 1;
    for (const Index s : sizes) {
        if (s < 0) fail<ShapeError>("shape", "an axis can't have the negative size ", s);
        if (__builtin_mul_overflow(total, s, &total) || total > most)
            fail<ShapeError>("shape", "more than 2^60 elements");
    }
    const bool small = sizes.size() <= 4 && std::all_of(sizes.begin(), sizes.end(), [](Index s) {
                           return static_cast<std::uint64_t>(s) <= size_mask;
                       });
    if (small) {
        std::uint64_t word[4] = {};
        for (std::size_t i = 0; i < sizes.size(); ++i)
            word[i] = static_cast<std::uint64_t>(sizes[i]);
        const auto rank = static_cast<std::uint64_t>(sizes.size());
        low_ = word[0] | word[1] << 31 | (rank & 3) << 62;
        high_ = word[2] | word[3] << 31 | (rank >> 2) << 62;
        return;
    }
    // Leaked on purpose: shapes live in static objects too, and equality is by address.
    static auto& mutex = *new std::mutex;
    static auto& lists = *new std::map<std::vector<Index>, List>;
    const std::lock_guard lock(mutex);
    const auto [it, fresh] = lists.try_emplace(std::vector<Index>(sizes.begin(), sizes.end()));
    if (fresh) {
        std::copy(sizes.begin(), sizes.end(), it->second.sizes.begin());
        it->second.rank = static_cast<int>(sizes.size());
    }
    low_ = reinterpret_cast<std::uintptr_t>(&it->second) | std::uint64_t{3} << 62;
    high_ = std::uint64_t{3} << 62;
}

const Shape::List& Shape::interned_list() const noexcept {
    return *reinterpret_cast<const List*>(low_ & ~(std::uint64_t{3} << 62));
}

Index Shape::product() const noexcept {
    Index n = 1;  // can't overflow: the constructor has multiplied them in this order
    for (int i = 0, r = rank(); i < r; ++i) n *= (*this)[i];
    return n;
}

void Shape::refuse_scalar(std::string_view axis) {
    fail<ShapeError>("shape", "a scalar has no ", axis, " axis");
}

Index Shape::front() const {
    if (rank() == 0) refuse_scalar("first");
    return (*this)[0];
}

void Shape::Sizes::refuse_another_axis() {
    fail<ShapeError>("shape", "at most ", max_rank, " axes");
}

Shape::Sizes Shape::sizes() const noexcept {
    Sizes list;
    for (int i = 0, r = rank(); i < r; ++i) list.push_back((*this)[i]);
    return list;
}

Shape Shape::with_back(Index size) const {
    back();
    Sizes list = sizes();
    list[list.rank() - 1] = size;
    return Shape(list);
}

Shape Shape::with_front(Index size) const {
    front();
    Sizes list = sizes();
    list[0] = size;
    return Shape(list);
}

std::string to_string(const Shape& shape) {
    std::string s = "(";
    for (int i = 0; i < shape.rank(); ++i) {
        if (i > 0) s += ", ";
        s += std::to_string(shape[i]);
    }
    return s += shape.rank() == 1 ? ",)" : ")";
}

std::string to_string(const Spec& spec) {
    return std::string(name(spec.dtype)) + ' ' + to_string(spec.shape);
}

std::ostream& operator<<(std::ostream& out, const Shape& shape) { return out << to_string(shape); }
std::ostream& operator<<(std::ostream& out, const Spec& spec) { return out << to_string(spec); }

namespace {

// True where stretching `small` gives `wide`, nearly always the case.
bool stretches_to(const Shape& small, const Shape& wide) noexcept {
    const int added = wide.rank() - small.rank();
    if (added < 0) return false;
    for (int i = small.rank(); i-- > 0;) {
        if (small[i] != 1 && small[i] != wide[added + i]) return false;
    }
    return true;
}

}  // namespace

Shape broadcast(std::string_view op, const Shape& a, const Shape& b) {
    if (stretches_to(b, a)) return a;
    if (stretches_to(a, b)) return b;
    const int rank = std::max(a.rank(), b.rank());
    Shape::Sizes out;
    for (int i = 0; i < rank; ++i) {
        const int ia = i - (rank - a.rank());
        const int ib = i - (rank - b.rank());
        const Index sa = ia < 0 ? 1 : a[ia];
        const Index sb = ib < 0 ? 1 : b[ib];
        if (sa != sb && sa != 1 && sb != 1)
            fail<ShapeError>(op, "shapes ", a, " and ", b, " don't broadcast: axis ", i - rank,
                             " has ", sa, " against ", sb);
        out.push_back(sa == 1 ? sb : sa);
    }
    return Shape(out);
}

int normalize_axis(std::string_view op, Index axis, int rank) {
    if (axis < -rank || axis >= rank) {
        if (rank == 0) fail<ShapeError>(op, "axis ", axis, ": a scalar has no axes");
        fail<ShapeError>(op, "axis ", axis, " is outside the rank ", rank, ": wanted ", -rank,
                         " to ", rank - 1);
    }
    return static_cast<int>(axis < 0 ? axis + rank : axis);
}

}  // namespace shikumi
