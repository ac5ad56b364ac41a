#include <shikumi/datasets/detail/element.hpp>

#include <algorithm>
#include <cstring>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/graph/evaluation.hpp>

namespace shikumi::datasets::detail {

namespace {

// Copies an array to the beginning of a larger one of the same rank.
void copy_into(const Array& from, const Shape& room, std::byte* to) {
    const std::size_t width = size_of(from.dtype());
    const auto* in = static_cast<const std::byte*>(from.raw());
    if (from.size() == 0) return;
    if (from.shape() == room) {
        std::memcpy(to, in, from.spec().bytes());
        return;
    }
    // Row by row of the last axis; `at` counts through the axes before it.
    const Shape::Sizes sizes = from.shape().sizes(), rooms = room.sizes();
    const int last = sizes.rank() - 1;
    Shape::Sizes at;
    for (int axis = 0; axis < last; ++axis) at.push_back(0);
    const std::size_t row = static_cast<std::size_t>(sizes[last]) * width;
    for (Index rows = from.size() / sizes[last]; rows > 0; --rows, in += row) {
        Index place = 0;
        for (int axis = 0; axis < last; ++axis) place = (place + at[axis]) * rooms[axis + 1];
        std::memcpy(to + static_cast<std::size_t>(place) * width, in, row);
        for (int axis = last - 1; axis >= 0 && ++at[axis] == sizes[axis]; --axis) at[axis] = 0;
    }
}

void fill(Array& array, double value) {
    dispatch(array.dtype(),
             [&]<class T>() { std::ranges::fill(array.mutable_data<T>(), static_cast<T>(value)); });
}

[[noreturn]] void refuse(const Element& element, const Array& got, const Array& wanted) {
    const std::string name = name_of(element);
    if (got.dtype() != wanted.dtype())
        fail<DTypeError>("batch", name, " is ", got.spec(), ", those before it ", wanted.spec());
    fail<ShapeError>("batch", name, " is ", got.spec(), ", those before it ", wanted.spec(),
                     got.shape().rank() == wanted.shape().rank()
                         ? ": pass .padding to fill up smaller ones"
                         : "");
}

// One array of every element along a new first axis.
Array stacked_arrays(std::span<const Element> elements, std::size_t which,
                     std::optional<double> padding) {
    const Array& first = elements.front().arrays[which];
    Shape::Sizes largest = first.shape().sizes();
    bool equal = true;
    for (const Element& element : elements) {
        const Array& a = element.arrays[which];
        if (a.spec() == first.spec()) continue;
        if (!padding || a.dtype() != first.dtype() || a.shape().rank() != first.shape().rank())
            refuse(element, a, first);
        equal = false;
        for (int axis = 0; axis < largest.rank(); ++axis)
            largest[axis] = std::max(largest[axis], a.shape()[axis]);
    }
    const Shape room(largest);
    Shape::Sizes sizes;
    sizes.push_back(static_cast<Index>(elements.size()));
    for (const Index size : largest) sizes.push_back(size);
    Array all({Shape(sizes), first.dtype()});
    if (!equal) fill(all, *padding);
    auto* to = static_cast<std::byte*>(all.raw());
    for (const Element& element : elements) {
        copy_into(element.arrays[which], room, to);
        to += Spec{room, first.dtype()}.bytes();
    }
    return all;
}

}  // namespace

Element element_of(const Sample& sample) {
    std::vector<Tensor> all = sample.x;
    all.insert(all.end(), sample.y.begin(), sample.y.end());
    all.insert(all.end(), sample.weights.begin(), sample.weights.end());
    if (all.empty()) fail<ValueError>("Loader", "a sample has no values");
    evaluate(all);
    Element element{{}, sample.x.size(), sample.y.size()};
    for (const Tensor& t : all) element.arrays.push_back(t.array());
    return element;
}

Sample sample_of(const Element& element) {
    Sample sample;
    for (std::size_t i = 0; i < element.arrays.size(); ++i) {
        std::vector<Tensor>& part = i < element.inputs                     ? sample.x
                                    : i < element.inputs + element.targets ? sample.y
                                                                           : sample.weights;
        part.emplace_back(element.arrays[i]);
    }
    return sample;
}

std::string name_of(const Element& element) {
    return sentence(element.is_batch ? "batch " : "sample ", element.number);
}

Element stacked(std::span<const Element> elements, std::optional<double> padding) {
    const Element& first = elements.front();
    Element all{{}, first.inputs, first.targets};
    for (const Element& element : elements) {
        if (element.inputs != first.inputs || element.targets != first.targets ||
            element.arrays.size() != first.arrays.size())
            fail<ValueError>("batch", name_of(element), " has ", element.inputs, " inputs, ",
                             element.targets, " targets and ", element.arrays.size(),
                             " tensors in all, those before it ", first.inputs, ", ", first.targets,
                             " and ", first.arrays.size());
    }
    for (std::size_t i = 0; i < first.arrays.size(); ++i)
        all.arrays.push_back(stacked_arrays(elements, i, padding));
    return all;
}

}  // namespace shikumi::datasets::detail
