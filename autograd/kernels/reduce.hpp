// Reductions. The order in which elements are combined depends on the shape alone, so the bits of
// the result depend neither on the number of threads nor on fusion.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include <shikumi/autograd/kernels/prepared.hpp>
#include <shikumi/autograd/kernels/view.hpp>

namespace shikumi::kernels {

/// What becomes of elements x. Sums of f32 and f64 are divided: Σ x / divisor. Squares also have a
/// root taken where `root` says so: √(Σ x² / divisor + epsilon), which neither over- nor underflows
/// on the way.
struct Reduction {
    enum Kind : std::uint8_t { sum, squares, max, min, any, all };

    constexpr Reduction(Kind k, double d = 1) noexcept : kind(k), divisor(d) {}
    static constexpr Reduction root_of_squares(double divisor, double epsilon) noexcept {
        Reduction r(squares, divisor);
        r.root = true;
        r.epsilon = epsilon;
        return r;
    }
    bool operator==(const Reduction&) const = default;

    Kind kind;
    bool root = false;
    double divisor, epsilon = 0;
};

/// Reduces the axes whose bits are set in `axes`; `out` has the remaining axes, row-major. sum: f32
/// and f64 accurately, integers and bool into i64, which wraps around. squares: f32 and f64. max,
/// min: NaN wins; the reduced axes are not empty. any, all: bool.
void reduce(const Reduction& reduction, ConstView in, std::uint32_t axes, View out);
/// The reduction for such an array, where it is a single pass over one that is not empty; else
/// empty.
Prepared prepare_reduce(const Reduction& reduction, const Spec& in, std::uint32_t axes);

/// A reduction of the middle of three axes, which can be fed its array block by block while that is
/// computed. The bits are those of `reduce`, however the array is cut into blocks.
class Reducer {
public:
    /// Each of the `outer` arrays of n rows is cut into strips of `rows` rows. A strip is summed up
    /// in fold · inner lanes.
    struct Tree {
        Index outer, n, inner, rows, strips, fold;
        bool operator==(const Tree&) const = default;
    };
    /// Its loops, and the bytes of an element, of a total, and of a lane with its total. `mend`,
    /// where there is one, looks at the finished results and at the whole array.
    struct Functions {
        void (*feed)(const Reducer& reducer, const void* in, Index start, Index count, void* state,
                     void* totals, void* out);
        void (*columns)(const Reducer& reducer, const void* in, Index outer, Index first,
                        void* state, void* out);
        void (*finish)(const Reducer& reducer, void* totals, void* out);
        void (*mend)(const Reducer& reducer, const void* in, void* out);
        std::size_t element, total, lane;
    };

    Reducer(const Reduction& reduction, DType dtype, Index outer, Index n, Index inner);
    /// The reduction of these axes of an array; none where they aren't neighbours, where its state
    /// between two blocks would be too large, and where its results may need mending.
    static std::optional<Reducer> in_blocks(const Reduction& reduction, const Spec& in,
                                            std::uint32_t axes);

    /// All at once, on all threads. From (outer, n, inner) to (outer, inner).
    void run(const void* in, void* out) const;

    const Reduction& reduction() const noexcept { return reduction_; }
    const Tree& tree() const noexcept { return tree_; }
    /// Elements that one thread may take at a time: whole strips, from a multiple of this on.
    Index piece() const noexcept;
    /// Blocks of about `block` elements are fed fastest if they are a multiple of this.
    Index unit(Index block) const noexcept;
    /// Bytes that a thread keeps from one block to the next, and of all strips' totals.
    std::size_t state_bytes() const noexcept {
        return static_cast<std::size_t>(tree_.fold * tree_.inner) * functions_->lane;
    }
    std::size_t totals_bytes() const noexcept {
        const Index totals = tree_.strips > 1 ? tree_.outer * tree_.strips * tree_.inner : 0;
        return static_cast<std::size_t>(totals) * functions_->total;
    }
    /// Takes elements [start, start + count) of the array, which lie at `in`. A strip is taken in
    /// order, by one thread with one state.
    void feed(const void* in, Index start, Index count, void* state, void* totals,
              void* out) const {
        functions_->feed(*this, in, start, count, state, totals, out);
    }
    /// Completes the result after all elements have been fed.
    void finish(void* totals, void* out) const { functions_->finish(*this, totals, out); }

private:
    void run_columns(const void* in, void* out) const;
    void run_strips(const void* in, void* out) const;

    Reduction reduction_;
    Tree tree_;
    const Functions* functions_;
};

/// Positions (i64) of the first largest (or smallest) elements along `axis`; NaN counts as such.
void arg_reduce(bool largest, ConstView in, int axis, View out);

}  // namespace shikumi::kernels
