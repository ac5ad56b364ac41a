// The field numbers of the messages in event files (tensorflow/core: event.proto, summary.proto,
// tensor.proto, graph.proto).
#pragma once

#include <protozero/types.hpp>

namespace shikumi::formats::detail::fields {

enum class Event : protozero::pbf_tag_type {
    wall_time = 1,
    step = 2,
    file_version = 3,
    graph_def = 4,
    summary = 5,
    log_message = 6,
    session_log = 7,
    tagged_run_metadata = 8,
    meta_graph_def = 9,
    source_metadata = 10
};
enum class Source : protozero::pbf_tag_type { writer = 1 };
enum class Summary : protozero::pbf_tag_type { value = 1 };
enum class Value : protozero::pbf_tag_type {
    tag = 1,
    simple_value = 2,
    image = 4,
    histo = 5,
    audio = 6,
    tensor = 8,
    metadata = 9
};
enum class Metadata : protozero::pbf_tag_type { plugin = 1, description = 3, data_class = 4 };
enum class Plugin : protozero::pbf_tag_type { name = 1, content = 2 };
enum class Histo : protozero::pbf_tag_type {
    min = 1,
    max = 2,
    number = 3,
    sum = 4,
    sum_squares = 5,
    limit = 6,
    count = 7
};
enum class Image : protozero::pbf_tag_type { height = 1, width = 2, colorspace = 3, encoded = 4 };
enum class Tensor : protozero::pbf_tag_type {
    dtype = 1,
    shape = 2,
    content = 4,
    floats = 5,
    doubles = 6,
    ints = 7,
    strings = 8,
    int64s = 10
};
enum class TensorShape : protozero::pbf_tag_type { dim = 2 };
enum class Dim : protozero::pbf_tag_type { size = 1 };
enum class Graph : protozero::pbf_tag_type { node = 1, versions = 4 };
enum class Versions : protozero::pbf_tag_type { producer = 1 };
enum class Node : protozero::pbf_tag_type { name = 1, op = 2, input = 3, device = 4, attr = 5 };
enum class Attr : protozero::pbf_tag_type { key = 1, value = 2 };
enum class AttrValue : protozero::pbf_tag_type { list = 1 };
enum class AttrList : protozero::pbf_tag_type { shape = 7 };

/// The types of tensors that event files use.
enum Type : std::int32_t {
    type_float = 1,
    type_double = 2,
    type_int32 = 3,
    type_string = 7,
    type_int64 = 9
};
/// What TensorBoard takes a value for.
enum DataClass : std::int32_t { class_scalar = 1, class_tensor = 2, class_blobs = 3 };

}  // namespace shikumi::formats::detail::fields
