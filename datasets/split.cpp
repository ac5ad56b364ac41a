#include <shikumi/datasets/split.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <numeric>

#include <shikumi/autograd/memory/take_rows.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::datasets {
namespace {

using Rows = std::vector<Index>;

Rows shuffled(Index n, Generator& rng) { return random_permutation(n, rng).to_vector<Index>(); }

Rows in_order(Index n) {
    Rows rows(static_cast<std::size_t>(n));
    std::iota(rows.begin(), rows.end(), 0);
    return rows;
}

std::vector<Rows> groups_of(const Rows& rows, Index batch_size) {
    const std::size_t size = static_cast<std::size_t>(batch_size);
    std::vector<Rows> groups;
    for (std::size_t begin = 0; begin < rows.size(); begin += std::min(size, rows.size() - begin)) {
        const std::size_t count = std::min(size, rows.size() - begin);
        groups.emplace_back(rows.begin() + static_cast<std::ptrdiff_t>(begin),
                            rows.begin() + static_cast<std::ptrdiff_t>(begin + count));
    }
    return groups;
}

void check_batches(Index n, Index batch_size) {
    if (n < 0) fail<ValueError>("batches", n, " samples");
    if (batch_size <= 0) fail<ValueError>("batches", "a batch of ", batch_size, " samples");
}

// How many samples of each class go to the test part: n_c · tested / n, rounded by largest
// remainders.
std::map<std::int64_t, Index> test_counts(const std::vector<std::int64_t>& labels, Index tested) {
    const auto n = static_cast<Index>(labels.size());
    const Index total = tested;
    std::map<std::int64_t, Index> counts;
    for (const std::int64_t label : labels) ++counts[label];

    std::vector<std::pair<Index, Index*>> remainders;
    for (auto& [label, count] : counts) {
        remainders.emplace_back(count * total % n, &count);
        count = count * total / n;
        tested -= count;
    }
    std::stable_sort(remainders.begin(), remainders.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    for (Index i = 0; i < tested; ++i) ++*remainders[static_cast<std::size_t>(i)].second;
    return counts;
}

}  // namespace

Tensor take_rows(const Tensor& x, std::span<const Index> rows) {
    const Shape shape = x.shape();
    if (shape.rank() == 0) fail<ShapeError>("take_rows", "a scalar has no rows");
    const Array values = x.array();
    for (const Index row : rows) {
        if (row < 0 || row >= shape[0])
            fail<ValueError>("take_rows", "row ", row, " of ", x.spec());
    }
    return Tensor(shikumi::detail::take_rows(values, rows));
}

TrainTest train_test_split(const Tensor& features, const Tensor& labels,
                           const SplitOptions& options) {
    constexpr std::string_view function = "train_test_split";
    if (features.rank() == 0 || labels.rank() == 0 || features.shape()[0] != labels.shape()[0])
        fail<ShapeError>(function, "features ", features.shape(), " and labels ", labels.shape(),
                         " must have the same number of rows");
    const Index n = features.shape()[0];
    if (n < 2) fail<ValueError>(function, n, " samples can't be split");
    if (!(options.test_fraction > 0 && options.test_fraction < 1))
        fail<ValueError>(function, "test_fraction ", options.test_fraction, " is outside (0, 1)");
    if (options.stratified && (labels.size() != n || !is_integer(labels.dtype())))
        fail<DTypeError>(function, "a stratified split wants class indices (", n, ",), got ",
                         labels.spec(), "; pass .stratified = false");

    const Index wanted = std::llround(options.test_fraction * static_cast<double>(n));
    const Index tested = std::clamp<Index>(wanted, 1, n - 1);
    // A split that isn't stratified takes all samples for one class.
    const auto classes = options.stratified
                             ? labels.to_vector<std::int64_t>()
                             : std::vector<std::int64_t>(static_cast<std::size_t>(n));
    auto left = test_counts(classes, tested);
    Generator rng(options.seed);
    Rows train, test;
    for (const Index row : shuffled(n, rng)) {
        Index& places = left[classes[static_cast<std::size_t>(row)]];
        (places > 0 ? test : train).push_back(row);
        if (places > 0) --places;
    }
    return {{take_rows(features, train), take_rows(labels, train)},
            {take_rows(features, test), take_rows(labels, test)}};
}

std::vector<Rows> batches(Index n, Index batch_size) {
    check_batches(n, batch_size);
    return groups_of(in_order(n), batch_size);
}

std::vector<Rows> batches(Index n, Index batch_size, Generator& rng) {
    check_batches(n, batch_size);
    return groups_of(shuffled(n, rng), batch_size);
}

}  // namespace shikumi::datasets
