// Borders: how many rows and columns lie on the sides of an image.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/shape.hpp>

namespace shikumi::nn {

/// Numbers of elements {before, after} the inside of each axis, such as {top, bottom}, {left,
/// right}: what is added there, or cut off.
class Borders {
public:
    /// One number for all sides.
    Borders(Index all);
    /// One number for both sides of each axis.
    Borders(Index rows, Index columns);
    /// One number for both sides of each axis.
    Borders(Index planes, Index rows, Index columns);
    /// {before, after} for the only axis.
    explicit Borders(const std::pair<Index, Index>& steps);
    /// {before, after} for each axis.
    Borders(const std::pair<Index, Index>& rows, const std::pair<Index, Index>& columns);
    /// {before, after} for each axis.
    Borders(const std::pair<Index, Index>& planes, const std::pair<Index, Index>& rows,
            const std::pair<Index, Index>& columns);

    /// One pair for each of `axes` axes, as `pad` takes them. Throws ShapeError where there are
    /// others, ValueError for a negative number; the errors begin with `layer`.
    std::vector<std::pair<Index, Index>> pairs(std::string_view layer, int axes) const;

private:
    std::vector<std::pair<Index, Index>> pairs_;
};

}  // namespace shikumi::nn
