#include <shikumi/datasets/bundled.hpp>

#include <algorithm>
#include <cstdint>
#include <span>

#include <shikumi/datasets/csv.hpp>
#include <shikumi/datasets/detail/folders.hpp>

namespace shikumi::datasets {

Labelled lecture_patterns() {
    Array features({{16, 4}, f32});
    const auto pixels = features.mutable_data<float>();
    for (unsigned i = 0; i < pixels.size(); ++i)
        pixels[i] = static_cast<float>(i / 4 >> (3 - i % 4) & 1);
    constexpr std::int64_t classes[] = {0, 0, 0, 2, 0, 1, 0, 0, 0, 0, 1, 0, 2, 0, 0, 0};
    return {Tensor(features), Tensor(Array::of(std::span<const std::int64_t>(classes), {16}))};
}

Iris iris() {
    const auto path = detail::bundled_file("iris", "iris.csv");
    Table table = read_csv(path, {.text_columns = {4}});
    Iris iris;
    std::vector<std::int64_t> labels;
    for (const std::string& species : table.texts[0]) {
        const auto known = std::find(iris.class_names.begin(), iris.class_names.end(), species);
        labels.push_back(known - iris.class_names.begin());
        if (known == iris.class_names.end()) iris.class_names.push_back(species);
    }
    if (table.numbers.shape() != Shape{150, 4} || iris.class_names.size() != 3)
        fail<IoError>("iris", path.string(), " has ", labels.size(), " rows and ",
                      iris.class_names.size(), " species, the Iris data 150 and 3");
    iris.features = table.numbers;
    iris.labels = Tensor(Array::of(std::span<const std::int64_t>(labels), {150}));
    table.names.pop_back();
    iris.feature_names = std::move(table.names);
    return iris;
}

Images digits() {
    constexpr std::size_t samples = 1797;
    constexpr std::size_t pixels = 64;
    const auto path = detail::bundled_file("digits", "digits.csv.gz");
    const Table table = read_csv(path, {.header = false});
    if (table.numbers.shape() != Shape{samples, pixels + 1})
        fail<IoError>("digits", path.string(), " is a table ", table.numbers.shape(),
                      ", the digits are (1797, 65)");
    Array images({{samples, 8, 8}, f32});
    Array labels({{samples}, i64});
    const auto rows = table.numbers.data<float>();
    for (std::size_t i = 0; i < samples; ++i) {
        const auto row = rows.subspan(i * (pixels + 1), pixels + 1);
        const float label = row[pixels];
        const auto out_of = [](float limit) { return [=](float v) { return v < 0 || v > limit; }; };
        if (out_of(9)(label) || std::any_of(row.begin(), row.end(), out_of(16)))
            fail<IoError>("digits", path.string(), ", line ", i + 1,
                          ": pixels are 0 to 16 and labels 0 to 9");
        std::copy_n(row.begin(), pixels, images.mutable_data<float>().subspan(i * pixels).begin());
        labels.mutable_data<std::int64_t>()[i] = static_cast<std::int64_t>(label);
    }
    return {Tensor(images), Tensor(labels)};
}

}  // namespace shikumi::datasets
