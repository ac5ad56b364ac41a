// Event files of TensorBoard: https://www.tensorflow.org/tensorboard.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <shikumi/autograd/core/shape.hpp>
#include <shikumi/formats/tensor_file.hpp>

namespace shikumi::formats::detail {

/// The beginning of an event file.
struct EventFileVersion {
    std::string version;  ///< "brain.Event:2"
    std::string writer;   ///< the program; empty in older files
};
/// A number.
struct EventScalar {
    double value = 0;  ///< the number
};
/// How many values lie between `left[i]` and `right[i]`: `count[i]`.
struct EventHistogram {
    std::vector<double> left;   ///< lower bounds
    std::vector<double> right;  ///< upper bounds
    std::vector<double> count;  ///< of values between them
};
/// A histogram in the form of TensorFlow 1: `count[i]` values up to `limit[i]`.
struct EventHistogram1 {
    double min = 0;             ///< the smallest value
    double max = 0;             ///< the largest value
    double number = 0;          ///< of all values
    double sum = 0;             ///< of all values
    double sum_squares = 0;     ///< of all values
    std::vector<double> limit;  ///< upper bounds
    std::vector<double> count;  ///< of values up to them
};
/// Pictures of one size, encoded, usually as PNG.
struct EventImages {
    Index width = 0;                  ///< in pixels
    Index height = 0;                 ///< in pixels
    std::vector<std::string> images;  ///< the files
};
/// Texts under a shape.
struct EventTexts {
    Shape shape;                     ///< sizes of the axes
    std::vector<std::string> texts;  ///< row-major
};
/// An operation of a graph.
struct EventGraphNode {
    std::string name;                 ///< a path; TensorBoard folds up its folders
    std::string op;                   ///< the kind of operation
    std::vector<std::string> inputs;  ///< names of nodes
    /// Shapes of the results, in which -1 is an unknown size; empty: not known at all.
    std::vector<std::vector<Index>> outputs = {};
};
/// A graph of operations.
struct EventGraph {
    std::vector<EventGraphNode> nodes;  ///< in the order of the file
};
/// Something else, which isn't looked into.
struct EventOther {
    std::string what;  ///< the name of the field or the type
};

/// What one event says.
using EventContent = std::variant<EventFileVersion, EventScalar, EventHistogram, EventHistogram1,
                                  EventImages, EventTexts, EventGraph, EventOther>;

/// One event. A record of a file that holds several values is several events.
struct Event {
    double wall_time = 0;     ///< seconds since 1970
    std::int64_t step = 0;    ///< of the training
    std::string tag;          ///< what it is about; empty for graphs and versions
    std::string plugin;       ///< of TensorBoard; empty in the form of TensorFlow 1
    std::string description;  ///< for people; often empty
    EventContent content;     ///< what it says
};

/// What an event file holds.
struct EventFile {
    std::vector<Event> events;  ///< in the order of the file
    bool cut = false;           ///< whether the file ends within a record, which is left out
};

/// The events in a file. Throws IoError, with path and offset, for a file that is missing, a record
/// that is damaged, one that isn't an event, and past the budget (`tensors` counts events); and
/// where the library was built without protozero.
EventFile read_events(const std::filesystem::path& path, const FileBudget& budget = {});

/// An event file that grows. Needs protozero. Not safe for threads.
class EventWriter {
public:
    /// Begins a new file in a folder, which is made if need be, under the name that TensorBoard
    /// looks for. Throws IoError where it can't be written, and where the library was built without
    /// protozero.
    explicit EventWriter(const std::filesystem::path& folder);
    EventWriter(const EventWriter&) = delete;
    EventWriter& operator=(const EventWriter&) = delete;
    ~EventWriter();

    /// The file.
    const std::filesystem::path& path() const noexcept { return path_; }
    /// Adds a number. As the functions that follow, it throws IoError where the disk refuses.
    void scalar(std::string_view tag, std::int64_t step, double value);
    /// Adds a histogram of values in `buckets` of one width, as TensorFlow 2 counts them: NaN and
    /// infinities are left out, and equal values lie all in the last bucket.
    void histogram(std::string_view tag, std::int64_t step, std::span<const double> values,
                   int buckets = 30);
    /// Adds pictures.
    void images(std::string_view tag, std::int64_t step, const EventImages& images);
    /// Adds a text, which may use Markdown.
    void text(std::string_view tag, std::int64_t step, std::string_view text);
    /// Adds a graph.
    void graph(const EventGraph& graph);
    /// Gives everything so far to the file.
    void flush();

private:
    void append(std::string_view event);

    std::filesystem::path path_;
    struct Output;
    std::unique_ptr<Output> output_;
};

/// The histogram that `EventWriter::histogram` writes.
EventHistogram histogram_of(std::span<const double> values, int buckets = 30);

}  // namespace shikumi::formats::detail
