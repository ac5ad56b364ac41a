#include <shikumi/nn/io/weights_file.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/memory/array.hpp>

namespace shikumi::nn {

namespace {

constexpr std::string_view magic = "shikumi1";
constexpr std::size_t header_size = 24;
using Header = std::array<char, header_size>;

void put(Header& header, std::size_t at, std::uint64_t number) {
    for (std::size_t i = 0; i < 8; ++i)
        header[at + i] = static_cast<char>(static_cast<unsigned char>(number >> (8 * i)));
}

// What the file of this model begins with.
Header header_of(Sequential& model) {
    Header header{};
    std::ranges::copy(magic, header.begin());
    put(header, 8, model.parameters().size());
    put(header, 16, static_cast<std::uint64_t>(model.count_params()));
    return header;
}

// f32 as the file has it, in place.
void swap_unless_little(std::span<float> values) {
    if constexpr (std::endian::native != std::endian::little) {
        for (float& v : values) {
            auto* const bytes = reinterpret_cast<unsigned char*>(&v);
            std::reverse(bytes, bytes + sizeof v);
        }
    }
}

auto size_in_bytes(std::span<const float> values) {
    return static_cast<std::streamsize>(values.size_bytes());
}

}  // namespace

void write_weights(Sequential& model, const std::filesystem::path& file) {
    const Header header = header_of(model);
    std::ofstream out(file, std::ios::binary);
    out.write(header.data(), header.size());
    for (const Tensor& weight : model.get_weights()) {
        std::vector<float> values = weight.to_vector<float>();
        swap_unless_little(values);
        out.write(reinterpret_cast<const char*>(values.data()), size_in_bytes(values));
    }
    out.close();
    if (!out) fail<IoError>("write_weights", "can't write ", file.string());
}

void read_weights(Sequential& model, const std::filesystem::path& file) {
    constexpr std::string_view op = "read_weights";
    const Header wanted = header_of(model);
    std::ifstream in(file, std::ios::binary);
    if (!in) fail<IoError>(op, "can't read ", file.string());
    Header header{};
    in.read(header.data(), header.size());
    if (!in || !std::equal(magic.begin(), magic.end(), header.begin()))
        fail<IoError>(op, file.string(), " is no file of weights: it doesn't begin with ", magic);
    if (header != wanted)
        fail<IoError>(op, file.string(), " doesn't hold the ", model.parameters().size(),
                      " weights of '", model.name(), "', ", model.count_params(), " values");
    std::vector<Tensor> weights;
    for (const Parameter& parameter : model.parameters()) {
        Array values({parameter.shape(), f32});
        const std::span<float> to = values.mutable_data<float>();
        in.read(reinterpret_cast<char*>(to.data()), size_in_bytes(to));
        if (!in) fail<IoError>(op, file.string(), " ends within '", parameter.name(), "'");
        swap_unless_little(to);
        weights.push_back(Tensor(values).cast(parameter.dtype()));
    }
    if (in.peek() != std::ifstream::traits_type::eof())
        fail<IoError>(op, file.string(), " goes on after the last weight");
    model.set_weights(weights);
}

}  // namespace shikumi::nn
