#include <shikumi/nn/io/weights_file.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/core/new_file.hpp>
#include <shikumi/autograd/memory/array.hpp>

namespace shikumi::nn {

namespace {

constexpr std::string_view reader = "read_weights";
constexpr std::string_view first_line = "shikumi weights 2";
constexpr std::size_t longest_line = 1 << 16;

// A name in one line of text.
std::string in_one_line(std::string name) {
    std::ranges::replace_if(
        name, [](char c) { return c == '\n' || c == '\r'; }, '?');
    return name;
}

std::string line_of(const Parameter& weight) {
    return to_string(weight.value().spec()) + ' ' + in_one_line(weight.name());
}

// A layer's name without the number that makes an automatic one unique.
std::string_view without_number(std::string_view name) {
    const auto digits = name.find_last_not_of("0123456789");
    const bool numbered = digits != std::string_view::npos && digits > 0 && name[digits] == '_' &&
                          digits + 1 < name.size();
    return numbered ? name.substr(0, digits) : name;
}

// Cuts the last component off a path.
std::string_view pop_component(std::string_view& path) {
    const auto slash = path.rfind('/');
    const std::string_view last = slash == std::string_view::npos ? path : path.substr(slash + 1);
    path = slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
    return last;
}

// Whether `path` ends as `known` does, or is that.
bool ends_as(std::string_view path, std::string_view known) {
    while (!known.empty()) {
        if (without_number(pop_component(path)) != without_number(pop_component(known)))
            return false;
    }
    return true;
}

// Whether a file's line describes a weight.
bool describes(std::string_view line, const Parameter& weight) {
    const std::string spec = to_string(weight.value().spec()) + ' ';
    return line.starts_with(spec) && ends_as(in_one_line(weight.name()), line.substr(spec.size()));
}

// From the machine's byte order to the file's, or back.
void swap_unless_little(std::span<std::byte> bytes, std::size_t width) {
    if constexpr (std::endian::native != std::endian::little) {
        for (std::size_t i = 0; i < bytes.size(); i += width)
            std::reverse(bytes.data() + i, bytes.data() + i + width);
    }
}

// A file of weights, read from front to back.
class WeightsFile {
public:
    explicit WeightsFile(const std::filesystem::path& file)
        : name_(file.string()), in_(file, std::ios::binary) {
        std::error_code error;
        size_ = std::filesystem::file_size(file, error);
        if (error || !in_)
            fail<IoError>(reader, "can't read ", name_, ": ",
                          error ? error.message() : "it can't be opened");
    }

    // Throws unless the list at the beginning is that of the model.
    void check_list(std::string_view model, const std::vector<Parameter>& weights) {
        const std::string first = line();
        if (first.starts_with("shikumi1"))
            fail<IoError>(reader, name_, " is of an older format, which doesn't say what its ",
                          "weights are: write it again");
        if (first != first_line)
            fail<IoError>(reader, name_, " is no file of weights: it doesn't begin with '",
                          first_line, "'");
        for (std::size_t i = 0; i < weights.size(); ++i) {
            const std::string given = line();
            if (describes(given, weights[i])) continue;
            const std::string place = sentence("weight ", i + 1, " of '", model, "' is ");
            if (given.empty())
                fail<IoError>(reader, name_, " holds ", i, " weights, '", model, "' has ",
                              weights.size());
            fail<IoError>(reader, place, line_of(weights[i]), ", ", name_, " has ", given,
                          " there");
        }
        if (const std::string more = line(); !more.empty())
            fail<IoError>(reader, name_, " goes on with ", more, " after the ", weights.size(),
                          " weights of '", model, "'");
    }

    // Throws unless the file has as many bytes as the weights take.
    void check_size(const std::vector<Parameter>& weights) {
        std::uint64_t left = size_ - static_cast<std::uint64_t>(in_.tellg());
        for (const Parameter& weight : weights) {
            const std::uint64_t wanted = weight.value().spec().bytes();
            if (wanted > left) ends_within(weight);
            left -= wanted;
        }
        if (left > 0) fail<IoError>(reader, name_, " goes on after the last weight");
    }

    Tensor read(const Parameter& weight) {
        Array values(weight.value().spec());
        const std::span bytes(static_cast<std::byte*>(values.raw()), values.spec().bytes());
        in_.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
        if (!in_) ends_within(weight);
        swap_unless_little(bytes, size_of(values.dtype()));
        return Tensor(values);
    }

private:
    // Up to the line feed; empty at the end of the file.
    std::string line() {
        std::string text;
        for (char c; text.size() < longest_line && in_.get(c) && c != '\n';) text += c;
        return text;
    }

    [[noreturn]] void ends_within(const Parameter& weight) const {
        fail<IoError>(reader, name_, " ends within '", weight.name(), "'");
    }

    std::string name_;
    std::ifstream in_;
    std::uint64_t size_ = 0;
};

}  // namespace

void write_weights(Model& model, const std::filesystem::path& file) {
    const std::vector<Parameter> weights = model.parameters();
    shikumi::detail::NewFile out("write_weights", file);
    out.write(std::string(first_line) + '\n');
    for (const Parameter& weight : weights) out.write(line_of(weight) + '\n');
    out.write("\n");
    for (const Parameter& weight : weights) {
        const Array values = weight.value().array();
        std::string bytes(static_cast<const char*>(values.raw()), values.spec().bytes());
        swap_unless_little(std::as_writable_bytes(std::span(bytes)), size_of(values.dtype()));
        out.write(bytes);
    }
    out.keep();
}

void read_weights(Model& model, const std::filesystem::path& file) {
    const std::vector<Parameter> weights = model.parameters();
    WeightsFile in(file);
    in.check_list(model.name(), weights);
    in.check_size(weights);
    std::vector<Tensor> values;
    for (const Parameter& weight : weights) values.push_back(in.read(weight));
    model.set_weights(values);
}

}  // namespace shikumi::nn
