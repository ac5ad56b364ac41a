#include <shikumi/autograd/core/error.hpp>
#include <shikumi/formats/detail/events.hpp>

#ifdef SHIKUMI_HAVE_EVENTS

#include <unistd.h>
#include <filesystem>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstring>
#include <fstream>

#include <protozero/pbf_builder.hpp>

#include <shikumi/formats/detail/event_fields.hpp>
#include <shikumi/formats/detail/records.hpp>

namespace shikumi::formats::detail {

namespace {

using protozero::pbf_builder;

double now() {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

// "events.out.tfevents.SECONDS.HOST.PROCESS.NUMBER.v2", as TensorFlow names them.
std::string file_name() {
    static std::atomic<unsigned> count{0};
    char host[256] = "localhost";
    gethostname(host, sizeof host - 1);
    return sentence("events.out.tfevents.", static_cast<std::int64_t>(now()), ".", host, ".",
                    getpid(), ".", count++, ".v2");
}

// As a text, since a nested builder leaves out a message without fields, which the shape of a
// number is.
std::string shape_message(std::span<const Index> sizes) {
    std::string text;
    pbf_builder<fields::TensorShape> message(text);
    for (const Index size : sizes) {
        pbf_builder<fields::Dim> dim(message, fields::TensorShape::dim);
        dim.add_int64(fields::Dim::size, size);
    }
    return text;
}

// An event with one value, to which `fill` adds the tensor.
template <class Fill>
std::string value_event(std::string_view tag, std::int64_t step, const char* plugin,
                        fields::DataClass data_class, Fill fill) {
    std::string bytes;
    pbf_builder<fields::Event> event(bytes);
    event.add_double(fields::Event::wall_time, now());
    event.add_int64(fields::Event::step, step);
    {
        pbf_builder<fields::Summary> summary(event, fields::Event::summary);
        pbf_builder<fields::Value> value(summary, fields::Summary::value);
        value.add_string(fields::Value::tag, tag.data(), tag.size());
        {
            pbf_builder<fields::Metadata> metadata(value, fields::Value::metadata);
            {
                pbf_builder<fields::Plugin> named(metadata, fields::Metadata::plugin);
                named.add_string(fields::Plugin::name, plugin);
            }
            metadata.add_enum(fields::Metadata::data_class, data_class);
        }
        pbf_builder<fields::Tensor> tensor(value, fields::Value::tensor);
        fill(tensor);
    }
    return bytes;
}

void describe(pbf_builder<fields::Tensor>& tensor, fields::Type type, const Shape& shape) {
    tensor.add_enum(fields::Tensor::dtype, type);
    tensor.add_message(fields::Tensor::shape, shape_message(shape.sizes()));
}

void add_node(pbf_builder<fields::Graph>& graph, const EventGraphNode& n) {
    pbf_builder<fields::Node> node(graph, fields::Graph::node);
    node.add_string(fields::Node::name, n.name);
    node.add_string(fields::Node::op, n.op);
    for (const std::string& input : n.inputs) node.add_string(fields::Node::input, input);
    if (n.outputs.empty()) return;
    pbf_builder<fields::Attr> attr(node, fields::Node::attr);
    attr.add_string(fields::Attr::key, "_output_shapes");
    pbf_builder<fields::AttrValue> value(attr, fields::Attr::value);
    pbf_builder<fields::AttrList> list(value, fields::AttrValue::list);
    for (const std::vector<Index>& sizes : n.outputs)
        list.add_message(fields::AttrList::shape, shape_message(sizes));
}

}  // namespace

struct EventWriter::Output {
    std::ofstream file;
};

EventWriter::EventWriter(const std::filesystem::path& folder)
    : path_(folder / file_name()), output_(std::make_unique<Output>()) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    errno = 0;
    output_->file.open(path_, std::ios::binary | std::ios::trunc);
    if (!output_->file)
        fail<IoError>("EventWriter", "can't write ", path_.string(), ": ", std::strerror(errno));
    std::string bytes;
    pbf_builder<fields::Event> event(bytes);
    event.add_double(fields::Event::wall_time, now());
    event.add_string(fields::Event::file_version, "brain.Event:2");
    {
        pbf_builder<fields::Source> source(event, fields::Event::source_metadata);
        source.add_string(fields::Source::writer, "shikumi");
    }
    append(bytes);
    flush();
}

EventWriter::~EventWriter() = default;

void EventWriter::append(std::string_view event) {
    const std::string record = as_record(event);
    output_->file.write(record.data(), static_cast<std::streamsize>(record.size()));
    if (!output_->file) fail<IoError>("EventWriter", "can't write ", path_.string());
}

void EventWriter::flush() {
    if (!output_->file.flush()) fail<IoError>("EventWriter", "can't write ", path_.string());
}

void EventWriter::scalar(std::string_view tag, std::int64_t step, double value) {
    append(value_event(tag, step, "scalars", fields::class_scalar, [&](auto& tensor) {
        describe(tensor, fields::type_float, {});
        const float number = static_cast<float>(value);
        tensor.add_packed_float(fields::Tensor::floats, &number, &number + 1);
    }));
}

void EventWriter::histogram(std::string_view tag, std::int64_t step, std::span<const double> values,
                            int buckets) {
    const EventHistogram h = histogram_of(values, buckets);
    std::vector<double> rows;
    for (std::size_t i = 0; i < h.count.size(); ++i)
        rows.insert(rows.end(), {h.left[i], h.right[i], h.count[i]});
    append(value_event(tag, step, "histograms", fields::class_tensor, [&](auto& tensor) {
        describe(tensor, fields::type_double, {static_cast<Index>(h.count.size()), 3});
        tensor.add_packed_double(fields::Tensor::doubles, rows.begin(), rows.end());
    }));
}

void EventWriter::images(std::string_view tag, std::int64_t step, const EventImages& images) {
    append(value_event(tag, step, "images", fields::class_blobs, [&](auto& tensor) {
        describe(tensor, fields::type_string, {static_cast<Index>(images.images.size()) + 2});
        tensor.add_string(fields::Tensor::strings, std::to_string(images.width));
        tensor.add_string(fields::Tensor::strings, std::to_string(images.height));
        for (const std::string& image : images.images)
            tensor.add_string(fields::Tensor::strings, image);
    }));
}

void EventWriter::text(std::string_view tag, std::int64_t step, std::string_view text) {
    append(value_event(tag, step, "text", fields::class_tensor, [&](auto& tensor) {
        describe(tensor, fields::type_string, {});
        tensor.add_string(fields::Tensor::strings, text.data(), text.size());
    }));
}

void EventWriter::graph(const EventGraph& graph) {
    std::string definition;
    pbf_builder<fields::Graph> builder(definition);
    for (const EventGraphNode& node : graph.nodes) add_node(builder, node);
    {
        pbf_builder<fields::Versions> versions(builder, fields::Graph::versions);
        versions.add_int32(fields::Versions::producer, 22);  // the first with today's shapes
    }
    std::string bytes;
    pbf_builder<fields::Event> event(bytes);
    event.add_double(fields::Event::wall_time, now());
    event.add_bytes(fields::Event::graph_def, definition);
    append(bytes);
}

}  // namespace shikumi::formats::detail

#else

namespace shikumi::formats::detail {

struct EventWriter::Output {};
EventWriter::EventWriter(const std::filesystem::path& folder) {
    fail<IoError>("EventWriter", "can't write into ", folder.string(),
                  ": event files take protozero (Debian: libprotozero-dev), without which the "
                  "library was built");
}
EventWriter::~EventWriter() = default;
void EventWriter::scalar(std::string_view, std::int64_t, double) {}
void EventWriter::histogram(std::string_view, std::int64_t, std::span<const double>, int) {}
void EventWriter::images(std::string_view, std::int64_t, const EventImages&) {}
void EventWriter::text(std::string_view, std::int64_t, std::string_view) {}
void EventWriter::graph(const EventGraph&) {}
void EventWriter::flush() {}
void EventWriter::append(std::string_view) {}

}  // namespace shikumi::formats::detail

#endif
