// Borders: numbers of rows and columns on the sides of an image.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/config.hpp>
#include <shikumi/autograd/core/shape.hpp>

namespace shikumi::nn {

/// Numbers of elements to add to an image, or to cut off: {before, after} for each axis, such as
/// {top, bottom}, {left, right}.
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

    /// {before, after} for each axis, or one pair for all.
    explicit Borders(std::vector<std::pair<Index, Index>> axes) : pairs_(std::move(axes)) {}
    /// One pair for each of `axes` axes, as `pad` takes them. Throws ShapeError where there are
    /// others, ValueError for a negative number; the errors begin with `layer`.
    std::vector<std::pair<Index, Index>> pairs(std::string_view layer, int axes) const;

    /// {before, after} as they were given: for each axis, or one pair for all.
    const std::vector<std::pair<Index, Index>>& given() const noexcept { return pairs_; }

private:
    std::vector<std::pair<Index, Index>> pairs_;
};

/// [before, after] for each axis; of a single axis without the list around it.
Config to_config(const Borders& borders);
/// Reads one number for all sides, or one number or [before, after] for each axis.
void from_config(const Config& config, Borders& borders, std::string_view reading);

}  // namespace shikumi::nn
