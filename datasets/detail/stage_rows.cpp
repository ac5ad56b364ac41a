// The rows of arrays.
#include <shikumi/autograd/memory/take_rows.hpp>
#include <shikumi/datasets/detail/stage.hpp>

namespace shikumi::datasets::detail {

namespace {

struct Table {
    std::vector<Array> arrays;
    std::size_t inputs, targets;
    Index size() const { return arrays.front().shape().front(); }
};

class RowsPass final : public Pass {
public:
    explicit RowsPass(const Table& table) : table_(table) {}
    Index count(Index limit) override { return std::min(limit, table_.size()); }
    void pass_over(Index, Index) override {}

    std::vector<Element> get(std::span<const Index> numbers) override {
        std::vector<Element> elements;
        elements.reserve(numbers.size());
        for (const Index number : numbers) {
            Element element = batch(std::span(&number, 1), {});
            for (Array& a : element.arrays) {
                const Shape::Sizes sizes = a.shape().sizes();
                a = a.reshaped(Shape(std::span<const Index>(sizes).subspan(1)));
            }
            element.number = number;
            elements.push_back(std::move(element));
        }
        return elements;
    }

    // Straight from the arrays into the batch.
    Element batch(std::span<const Index> numbers, std::optional<double>) override {
        Element all{{}, table_.inputs, table_.targets};
        all.arrays.reserve(table_.arrays.size());
        for (const Array& a : table_.arrays)
            all.arrays.push_back(shikumi::detail::take_rows(a, numbers));
        return all;
    }

private:
    const Table& table_;
};

class Rows final : public Stage {
public:
    explicit Rows(Table table) : table_(std::move(table)) {}
    std::optional<Index> size() const override { return table_.size(); }
    PassPtr pass(Index) const override { return std::make_unique<RowsPass>(table_); }

private:
    const Table table_;
};

}  // namespace

StagePtr rows(std::vector<Array> arrays, std::size_t inputs, std::size_t targets) {
    return std::make_shared<const Rows>(Table{std::move(arrays), inputs, targets});
}

}  // namespace shikumi::datasets::detail
