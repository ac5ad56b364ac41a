// The frame of the recurrent layers' kernels: pieces of the batch, and the product of each step.
#pragma once

#include <algorithm>
#include <array>

#include <shikumi/autograd/kernels/detail/packed_panel.hpp>
#include <shikumi/autograd/kernels/detail/scratch.hpp>
#include <shikumi/autograd/kernels/threads.hpp>

namespace shikumi::kernels::detail {

/// Samples that go through the steps together at most.
constexpr Index most_samples = 16;

/// f(samples) for pieces of the batch, on the pool. A sample's steps depend on no other sample, so
/// each piece goes through all steps without waiting for the others.
template <class F>
void each_piece(Index batch, double operations, F f) {
    constexpr double fewest = 2e6;  // fewer, and waking a thread costs more
    const Index pieces = divide_up(batch, most_samples);
    const auto run = [&](Index piece) { f(piece_range(piece, most_samples, batch)); };
    if (operations >= fewest) return parallel_for(pieces, run);
    for (Index piece = 0; piece < pieces; ++piece) run(piece);
}

/// A matrix (depth, columns) by which the states are multiplied at each step. It is packed once.
template <class T>
class StepMatrix {
public:
    /// Packs a row-major matrix, or the transpose of one.
    StepMatrix(const T* matrix, bool transposed, Index depth, Index columns)
        : depth_(depth), columns_(columns), packed_(depth * padded(columns)) {
        each_panel([&](const PackedPanel<T>& panel, Index first, Index from) {
            if (transposed)
                panel.pack_transposed(matrix + first * depth + from, 0, depth);
            else
                panel.pack(matrix + from * columns + first, 0, columns);
        });
    }

    /// out (samples, columns) += states (samples, depth) · matrix, both row-major.
    void add_product(Index samples, const T* states, T* out) const {
        std::array<const T*, most_samples> from;
        std::array<T*, most_samples> to;
        each_panel([&](const PackedPanel<T>& panel, Index first, Index at) {
            for (Index i = 0; i < samples; ++i) {
                from[static_cast<std::size_t>(i)] = states + i * depth_ + at;
                to[static_cast<std::size_t>(i)] = out + i * columns_ + first;
            }
            constexpr Index none = 0;
            multiply_rows<T>({samples, from.data(), to.data(), true, 1, panel.depth, &none, &none,
                              panel.values, panel.width, panel.columns});
        });
    }

private:
    static Index padded(Index columns) {
        Index all = 0;
        for_each_panel<T>({0, columns}, [&](Index, Index, Index width) { all += width; });
        return all;
    }
    // f(panel, its first column, its first row) for panels that fit a first-level cache.
    template <class F>
    void each_panel(F f) const {
        constexpr Index bytes = Index{1} << 15;
        Index at = 0;
        for_each_panel<T>({0, columns_}, [&](Index first, Index columns, Index width) {
            const Index most = bytes / width / static_cast<Index>(sizeof(T));
            for (Index row = 0; row < depth_; row += most) {
                const Index rows = std::min(most, depth_ - row);
                f(PackedPanel<T>{1, rows, width, columns, packed_.data() + at}, first, row);
                at += rows * width;
            }
        });
    }

    Index depth_, columns_;
    Scratch<T> packed_;
};

/// One sample's step as a loop that `multiversioned` can compile.
template <class Step>
struct StepLoop {
    static void run(const Step& step, Index units) { step(units); }
};

}  // namespace shikumi::kernels::detail
