#include <shikumi/datasets/bundled.hpp>

#include <algorithm>
#include <cstdint>
#include <span>

#include <zlib.h>

#include <shikumi/datasets/detail/bundled_data.hpp>
#include <shikumi/datasets/detail/parse_csv.hpp>

namespace shikumi::datasets {
namespace {

// The text of a gzipped file in memory.
std::string unzipped(std::string_view name, std::string_view gzipped) {
    constexpr int with_gzip_header = 16 + MAX_WBITS;
    z_stream stream{};
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(gzipped.data()));
    stream.avail_in = static_cast<uInt>(gzipped.size());
    int code = inflateInit2(&stream, with_gzip_header);
    std::string text;
    while (code == Z_OK) {
        const std::size_t done = text.size();
        text.resize(done + (std::size_t{1} << 18));
        stream.next_out = reinterpret_cast<Bytef*>(text.data() + done);
        stream.avail_out = static_cast<uInt>(text.size() - done);
        code = inflate(&stream, Z_NO_FLUSH);
        text.resize(text.size() - stream.avail_out);
    }
    inflateEnd(&stream);
    if (code != Z_STREAM_END) fail<IoError>(name, "the data in the library are damaged");
    return text;
}

Table table_of(std::string_view name, std::string_view text, const CsvOptions& options) {
    return detail::parse_csv(detail::csv_source(name, "the data in the library", text), options);
}

}  // namespace

Labelled lecture_patterns() {
    Array features({{16, 4}, f32});
    const auto pixels = features.mutable_data<float>();
    for (unsigned i = 0; i < pixels.size(); ++i)
        pixels[i] = static_cast<float>(i / 4 >> (3 - i % 4) & 1);
    constexpr std::int64_t classes[] = {0, 0, 0, 2, 0, 1, 0, 0, 0, 0, 1, 0, 2, 0, 0, 0};
    return {Tensor(features), Tensor(Array::of(std::span<const std::int64_t>(classes), {16}))};
}

Iris iris() {
    Table table = table_of("iris", detail::iris_csv, {.text_columns = {4}});
    Iris iris;
    std::vector<std::int64_t> labels;
    for (const std::string& species : table.texts[0]) {
        const auto known = std::find(iris.class_names.begin(), iris.class_names.end(), species);
        labels.push_back(known - iris.class_names.begin());
        if (known == iris.class_names.end()) iris.class_names.push_back(species);
    }
    iris.features = table.numbers;
    iris.labels = Tensor(Array::of(std::span<const std::int64_t>(labels), {150}));
    table.names.pop_back();
    iris.feature_names = std::move(table.names);
    return iris;
}

Images digits() {
    constexpr std::size_t samples = 1797;
    constexpr std::size_t pixels = 64;
    const std::string text = unzipped("digits", detail::digits_csv_gz);
    const Table table = table_of("digits", text, {.header = false});
    Array images({{samples, 8, 8}, f32});
    Array labels({{samples}, i64});
    const auto rows = table.numbers.data<float>();
    for (std::size_t i = 0; i < samples; ++i) {
        const auto row = rows.subspan(i * (pixels + 1), pixels + 1);
        std::copy_n(row.begin(), pixels, images.mutable_data<float>().subspan(i * pixels).begin());
        labels.mutable_data<std::int64_t>()[i] = static_cast<std::int64_t>(row[pixels]);
    }
    return {Tensor(images), Tensor(labels)};
}

}  // namespace shikumi::datasets
