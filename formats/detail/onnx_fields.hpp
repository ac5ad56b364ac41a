// The numbers of ONNX's fields (onnx.proto, IR version 10).
#pragma once

#include <cstdint>

#include <protozero/types.hpp>

#include <shikumi/formats/detail/onnx_types.hpp>

namespace shikumi::formats::detail::onnx {

enum class Model : protozero::pbf_tag_type {
    ir_version = 1,
    producer_name = 2,
    producer_version = 3,
    graph = 7,
    opset_import = 8,
    metadata = 14,
    functions = 25
};
enum class Opset : protozero::pbf_tag_type { domain = 1, version = 2 };
enum class Entry : protozero::pbf_tag_type { key = 1, value = 2 };
enum class Graph : protozero::pbf_tag_type {
    node = 1,
    name = 2,
    initializer = 5,
    input = 11,
    output = 12,
    value_info = 13,
    sparse_initializer = 15
};
enum class Node : protozero::pbf_tag_type {
    input = 1,
    output = 2,
    name = 3,
    op_type = 4,
    attribute = 5,
    domain = 7
};
enum class Attribute : protozero::pbf_tag_type {
    name = 1,
    f = 2,
    i = 3,
    s = 4,
    t = 5,
    g = 6,
    floats = 7,
    ints = 8,
    strings = 9,
    type = 20,
    reference = 21
};
enum class Tensor : protozero::pbf_tag_type {
    dims = 1,
    data_type = 2,
    float_data = 4,
    int32_data = 5,
    int64_data = 7,
    name = 8,
    raw_data = 9,
    double_data = 10,
    uint64_data = 11,
    external_data = 13,
    data_location = 14
};
enum class Value : protozero::pbf_tag_type { name = 1, type = 2, metadata = 4 };
enum class Type : protozero::pbf_tag_type {
    tensor = 1,
    sequence = 4,
    map = 5,
    sparse_tensor = 8,
    optional = 9
};
enum class TensorType : protozero::pbf_tag_type { element = 1, shape = 2 };
enum class TensorShape : protozero::pbf_tag_type { dim = 1 };
enum class Dim : protozero::pbf_tag_type { value = 1, name = 2 };
enum class Function : protozero::pbf_tag_type {
    name = 1,
    input = 4,
    output = 5,
    attribute = 6,
    node = 7,
    opset_import = 9,
    domain = 10,
    attribute_default = 11
};

/// What an attribute says that it is.
enum AttributeType : std::int32_t {
    is_undefined = 0,
    is_float = 1,
    is_int = 2,
    is_string = 3,
    is_tensor = 4,
    is_graph = 5,
    is_floats = 6,
    is_ints = 7,
    is_strings = 8
};

}  // namespace shikumi::formats::detail::onnx
