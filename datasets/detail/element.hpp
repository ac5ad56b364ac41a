// Element: a sample or a batch on its way through a loader, without a graph, so that threads can
// hand it on.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <shikumi/autograd/memory/array.hpp>
#include <shikumi/datasets/sample.hpp>

namespace shikumi::datasets::detail {

/// Inputs, targets and weights one after another, and which element of its source it is.
struct Element {
    std::vector<Array> arrays;
    std::size_t inputs = 0, targets = 0;  // the rest are weights
    Index number = 0;
    bool is_batch = false;
};

/// The element with the values of a sample, which are computed.
Element element_of(const Sample& sample);
/// The sample that an element is.
Sample sample_of(const Element& element);

/// "sample 3" or "batch 3", for errors.
std::string name_of(const Element& element);

/// Elements as one, along a new first axis. Throws ShapeError, DTypeError naming the element that
/// doesn't fit those before it; with padding, sizes may differ.
Element stacked(std::span<const Element> elements, std::optional<double> padding);

}  // namespace shikumi::datasets::detail
