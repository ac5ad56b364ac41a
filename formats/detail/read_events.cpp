#include <cstring>
#include <exception>
#include <filesystem>
#include <optional>
#include <utility>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/formats/detail/events.hpp>
#include <shikumi/formats/detail/in_quotes.hpp>
#include <shikumi/formats/detail/protobuf.hpp>
#include <shikumi/formats/detail/records.hpp>

#ifdef SHIKUMI_HAVE_EVENTS

// protozero asserts that a field has the type that is read. A bad file may have any.
#define protozero_assert(condition) \
    ::shikumi::formats::detail::want_field(static_cast<bool>(condition))
#include <protozero/pbf_message.hpp>

#include <shikumi/formats/detail/byte_order.hpp>
#include <shikumi/formats/detail/event_fields.hpp>

namespace shikumi::formats::detail {

namespace {

using protozero::pbf_message;

Shape parse_shape(pbf_message<fields::TensorShape> message) {
    Shape::Sizes sizes;
    while (message.next()) {
        if (message.tag() != fields::TensorShape::dim) {
            message.skip();
            continue;
        }
        pbf_message<fields::Dim> dim(message.get_message());
        Index size = 0;
        while (dim.next()) {
            if (dim.tag() == fields::Dim::size)
                size = dim.get_int64();
            else
                dim.skip();
        }
        if (sizes.rank() == Shape::max_rank) throw BadMessage("a tensor has more than 8 axes");
        sizes.push_back(size);
    }
    return Shape(sizes);
}

// A tensor of numbers or texts.
struct EventTensor {
    std::int32_t dtype = 0;
    Shape shape;
    std::vector<double> numbers;
    std::vector<std::string> texts;
    std::string content;

    // The numbers, wherever they stand. A single one stands for all.
    std::vector<double> all_numbers() {
        const auto count = static_cast<std::size_t>(shape.size());
        const std::size_t width =
            dtype == fields::type_float || dtype == fields::type_int32 ? 4 : 8;
        if (!content.empty()) {
            if (content.size() % width != 0 || content.size() / width != count)
                throw BadMessage("a tensor's bytes don't fill its shape");
            for (std::size_t i = 0; i < count; ++i) numbers.push_back(number_at(i * width));
        }
        if (numbers.size() != count) throw BadMessage("a tensor's numbers don't fill its shape");
        return std::move(numbers);
    }

private:
    double number_at(std::size_t offset) const {
        const auto read = [&](auto number) {
            std::memcpy(&number, content.data() + offset, sizeof number);
            swap_unless_little(std::as_writable_bytes(std::span(&number, 1)), sizeof number);
            return static_cast<double>(number);
        };
        switch (dtype) {
            case fields::type_float:
                return read(float());
            case fields::type_double:
                return read(double());
            case fields::type_int32:
                return read(std::int32_t());
            default:
                return read(std::int64_t());
        }
    }
};

EventTensor parse_tensor(pbf_message<fields::Tensor> message) {
    using M = pbf_message<fields::Tensor>;
    EventTensor tensor;
    while (message.next()) {
        switch (message.tag()) {
            case fields::Tensor::dtype:
                tensor.dtype = message.get_enum();
                break;
            case fields::Tensor::shape:
                tensor.shape = parse_shape(message.get_message());
                break;
            case fields::Tensor::content:
                tensor.content = message.get_bytes();
                break;
            case fields::Tensor::floats:
                append_numbers(message, tensor.numbers, &M::get_packed_float, &M::get_float);
                break;
            case fields::Tensor::doubles:
                append_numbers(message, tensor.numbers, &M::get_packed_double, &M::get_double);
                break;
            case fields::Tensor::ints:
                append_numbers(message, tensor.numbers, &M::get_packed_int32, &M::get_int32);
                break;
            case fields::Tensor::int64s:
                append_numbers(message, tensor.numbers, &M::get_packed_int64, &M::get_int64);
                break;
            case fields::Tensor::strings:
                tensor.texts.push_back(message.get_bytes());
                break;
            default:
                message.skip();
        }
    }
    return tensor;
}

Index number_in(const std::string& text) {
    Index number = 0;
    for (const char c : text) {
        if (c < '0' || c > '9' || number > 1'000'000'000)
            throw BadMessage("a picture's size is no number");
        number = 10 * number + (c - '0');
    }
    return number;
}

EventContent content_of(EventTensor tensor, const std::string& plugin) {
    if (tensor.dtype == fields::type_string) {
        if (tensor.texts.size() != static_cast<std::size_t>(tensor.shape.size()))
            throw BadMessage("a tensor's texts don't fill its shape");
        if (plugin != "images") return EventTexts{tensor.shape, std::move(tensor.texts)};
        if (tensor.texts.size() < 2) throw BadMessage("pictures without a size");
        EventImages images{number_in(tensor.texts[0]), number_in(tensor.texts[1]), {}};
        images.images.assign(std::make_move_iterator(tensor.texts.begin() + 2),
                             std::make_move_iterator(tensor.texts.end()));
        return images;
    }
    if (tensor.dtype != fields::type_float && tensor.dtype != fields::type_double &&
        tensor.dtype != fields::type_int32 && tensor.dtype != fields::type_int64)
        return EventOther{"a tensor of type " + std::to_string(tensor.dtype)};
    const Shape shape = tensor.shape;
    const std::vector<double> numbers = tensor.all_numbers();
    if (plugin == "histograms" && shape.rank() == 2 && shape[1] == 3) {
        EventHistogram histogram;
        for (std::size_t i = 0; i < numbers.size(); i += 3) {
            histogram.left.push_back(numbers[i]);
            histogram.right.push_back(numbers[i + 1]);
            histogram.count.push_back(numbers[i + 2]);
        }
        return histogram;
    }
    if (numbers.size() == 1) return EventScalar{numbers.front()};
    return EventOther{"a tensor"};
}

EventHistogram1 parse_histogram1(pbf_message<fields::Histo> message) {
    using M = pbf_message<fields::Histo>;
    EventHistogram1 h;
    while (message.next()) {
        switch (message.tag()) {
            case fields::Histo::min:
                h.min = message.get_double();
                break;
            case fields::Histo::max:
                h.max = message.get_double();
                break;
            case fields::Histo::number:
                h.number = message.get_double();
                break;
            case fields::Histo::sum:
                h.sum = message.get_double();
                break;
            case fields::Histo::sum_squares:
                h.sum_squares = message.get_double();
                break;
            case fields::Histo::limit:
                append_numbers(message, h.limit, &M::get_packed_double, &M::get_double);
                break;
            case fields::Histo::count:
                append_numbers(message, h.count, &M::get_packed_double, &M::get_double);
                break;
            default:
                message.skip();
        }
    }
    if (h.limit.size() != h.count.size())
        throw BadMessage("a histogram has not a count for each limit");
    return h;
}

EventImages parse_image(pbf_message<fields::Image> message) {
    EventImages image;
    while (message.next()) {
        switch (message.tag()) {
            case fields::Image::height:
                image.height = message.get_int32();
                break;
            case fields::Image::width:
                image.width = message.get_int32();
                break;
            case fields::Image::encoded:
                image.images.push_back(message.get_bytes());
                break;
            default:
                message.skip();
        }
    }
    return image;
}

EventGraphNode parse_node(pbf_message<fields::Node> message) {
    EventGraphNode node;
    while (message.next()) {
        switch (message.tag()) {
            case fields::Node::name:
                node.name = message.get_string();
                break;
            case fields::Node::op:
                node.op = message.get_string();
                break;
            case fields::Node::input:
                node.inputs.push_back(message.get_string());
                break;
            default:
                message.skip();
        }
    }
    return node;
}

EventGraph parse_graph(pbf_message<fields::Graph> message) {
    EventGraph graph;
    while (message.next()) {
        if (message.tag() == fields::Graph::node)
            graph.nodes.push_back(parse_node(message.get_message()));
        else
            message.skip();
    }
    return graph;
}

void parse_metadata(pbf_message<fields::Metadata> message, Event& event) {
    while (message.next()) {
        if (message.tag() == fields::Metadata::plugin) {
            pbf_message<fields::Plugin> plugin(message.get_message());
            while (plugin.next()) {
                if (plugin.tag() == fields::Plugin::name)
                    event.plugin = plugin.get_string();
                else
                    plugin.skip();
            }
        } else if (message.tag() == fields::Metadata::description) {
            event.description = message.get_string();
        } else {
            message.skip();
        }
    }
}

Event parse_value(pbf_message<fields::Value> message, Event event) {
    std::optional<EventTensor> tensor;  // what it means depends on the plugin, which may follow
    event.content = EventOther{"no value"};
    while (message.next()) {
        switch (message.tag()) {
            case fields::Value::tag:
                event.tag = message.get_string();
                break;
            case fields::Value::simple_value:
                event.content = EventScalar{message.get_float()};
                break;
            case fields::Value::histo:
                event.content = parse_histogram1(message.get_message());
                break;
            case fields::Value::image:
                event.content = parse_image(message.get_message());
                break;
            case fields::Value::tensor:
                tensor = parse_tensor(message.get_message());
                break;
            case fields::Value::metadata:
                parse_metadata(message.get_message(), event);
                break;
            default:
                message.skip();
        }
    }
    if (tensor) event.content = content_of(std::move(*tensor), event.plugin);
    return event;
}

std::string parse_writer(pbf_message<fields::Source> message) {
    std::string writer;
    while (message.next()) {
        if (message.tag() == fields::Source::writer)
            writer = message.get_string();
        else
            message.skip();
    }
    return writer;
}

std::string_view other_name(fields::Event tag) {
    switch (tag) {
        case fields::Event::log_message:
            return "log_message";
        case fields::Event::session_log:
            return "session_log";
        case fields::Event::tagged_run_metadata:
            return "tagged_run_metadata";
        case fields::Event::meta_graph_def:
            return "meta_graph_def";
        default:
            return {};
    }
}

// The events of one record. Fields come in any order, so step and time are set at the end.
std::vector<Event> parse_record(const std::string& record) {
    pbf_message<fields::Event> message(record);
    std::vector<Event> events;
    double wall_time = 0;
    std::int64_t step = 0;
    std::string writer;
    while (message.next()) {
        switch (message.tag()) {
            case fields::Event::wall_time:
                wall_time = message.get_double();
                break;
            case fields::Event::step:
                step = message.get_int64();
                break;
            case fields::Event::file_version:
                events.emplace_back().content = EventFileVersion{message.get_string(), {}};
                break;
            case fields::Event::graph_def:
                events.emplace_back().content =
                    parse_graph(pbf_message<fields::Graph>(message.get_view()));
                break;
            case fields::Event::summary: {
                pbf_message<fields::Summary> summary(message.get_message());
                while (summary.next(fields::Summary::value))
                    events.push_back(parse_value(summary.get_message(), {}));
                break;
            }
            case fields::Event::source_metadata:
                writer = parse_writer(message.get_message());
                break;
            default:
                if (const auto other = other_name(message.tag()); !other.empty())
                    events.emplace_back().content = EventOther{std::string(other)};
                message.skip();
        }
    }
    for (Event& event : events) {
        event.wall_time = wall_time;
        event.step = step;
        if (auto* version = std::get_if<EventFileVersion>(&event.content)) version->writer = writer;
    }
    return events;
}

}  // namespace

EventFile read_events(const std::filesystem::path& path, const FileBudget& budget) {
    constexpr std::string_view reader = "read_events";
    RecordReader records(reader, path);
    EventFile file;
    std::uint64_t bytes = 0;
    while (records.next()) {
        const auto refuse = [&](const auto&... why) {
            fail<IoError>(reader, path.string(), ", byte ", records.offset(), ": ", why...);
        };
        bytes += records.content().size();
        if (bytes > budget.bytes) refuse("the budget of ", budget.bytes, " bytes is exceeded");
        try {
            for (Event& event : parse_record(records.content()))
                file.events.push_back(std::move(event));
        } catch (const protozero::exception& e) {
            refuse("the record is no event: ", e.what());
        } catch (const BadMessage& e) {
            refuse(e.what());
        } catch (const ShapeError& e) {
            refuse(e.what());
        }
        if (file.events.size() > budget.tensors)
            refuse("the budget of ", budget.tensors, " events is exceeded");
    }
    file.cut = records.cut();
    return file;
}

}  // namespace shikumi::formats::detail

#else

namespace shikumi::formats::detail {

EventFile read_events(const std::filesystem::path& path, const FileBudget&) {
    fail<IoError>("read_events", "can't read ", path.string(),
                  ": an event file takes protozero (Debian: libprotozero-dev), without which the "
                  "library was built");
}

}  // namespace shikumi::formats::detail

#endif
