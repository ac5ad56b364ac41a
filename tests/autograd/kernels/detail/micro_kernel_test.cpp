// The micro-kernels on packed panels, compared with plain loops.
#include "catch.hpp"

#include <vector>

#include <shikumi/autograd/kernels/detail/packed_panel.hpp>

using namespace shikumi;
using namespace shikumi::kernels::detail;

namespace {

// Small integers: every order of summation gives the same sums.
std::vector<double> numbers(Index count, Index seed) {
    std::vector<double> all;
    for (Index i = 0; i < count; ++i)
        all.push_back(static_cast<double>((i * 7 + seed * 13) % 11 - 5));
    return all;
}

double at(const std::vector<double>& values, Index i) {
    return values[static_cast<std::size_t>(i)];
}

}  // namespace

TEST_CASE("panels cover all columns and are as wide as the columns need", "[micro_kernel]") {
    const PanelWidths widths = panel_widths<double>();
    CHECK(widths.first(1) == widths.lanes);
    CHECK(widths.first(widths.most) == widths.most);
    CHECK(widths.first(10 * widths.most) == widths.most);
    for (const Index columns : {1, 3, 8, 17, 70}) {
        Index next = 0;
        for_each_panel<double>({0, columns}, [&](Index first, Index count, Index width) {
            CHECK(first == next);
            CHECK((count <= width && width <= widths.most && width % widths.lanes == 0));
            next = first + count;
        });
        CHECK(next == columns);
    }
}

TEST_CASE("products of rows with packed panels are those of the matrices", "[micro_kernel]") {
    constexpr Index depth = 5;
    for (const Index rows : {1, 2, 7, 13}) {
        for (const Index columns : {1, 4, 9, 33}) {
            const std::vector<double> a = numbers(rows * depth, 1), b = numbers(depth * columns, 2);
            std::vector<double> transposed(b.size());
            for (Index i = 0; i < depth; ++i)
                for (Index c = 0; c < columns; ++c)
                    transposed[static_cast<std::size_t>(c * depth + i)] = at(b, i * columns + c);
            for (const bool turn : {false, true}) {
                std::vector<double> out(static_cast<std::size_t>(rows * columns), 3);
                for_each_panel<double>({0, columns}, [&](Index first, Index count, Index width) {
                    std::vector<double> packed(static_cast<std::size_t>(depth * width), -1);
                    const PackedPanel<double> panel{1, depth, width, count, packed.data()};
                    if (turn)
                        panel.pack_transposed(transposed.data() + first * depth, 0, depth);
                    else
                        panel.pack(b.data() + first, 0, columns);
                    std::vector<const double*> from;
                    std::vector<double*> to;
                    for (Index r = 0; r < rows; ++r) {
                        from.push_back(a.data() + r * depth);
                        to.push_back(out.data() + r * columns + first);
                    }
                    constexpr Index none = 0;
                    multiply_rows<double>({rows, from.data(), to.data(), true, 1, depth, &none,
                                           &none, packed.data(), width, count});
                });
                for (Index r = 0; r < rows; ++r) {
                    for (Index c = 0; c < columns; ++c) {
                        double sum = 3;  // products are added
                        for (Index i = 0; i < depth; ++i)
                            sum += at(a, r * depth + i) * at(b, i * columns + c);
                        CHECK(at(out, r * columns + c) == sum);
                    }
                }
            }
        }
    }
}
