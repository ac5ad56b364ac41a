#include <shikumi/formats/detail/events.hpp>

#include <algorithm>
#include <cmath>

#include <shikumi/autograd/core/error.hpp>

namespace shikumi::formats::detail {

EventHistogram histogram_of(std::span<const double> values, int buckets) {
    if (buckets < 1) fail<ValueError>("histogram_of", "wants 1 bucket or more, got ", buckets);
    const auto count = static_cast<std::size_t>(buckets);
    EventHistogram h{std::vector<double>(count), std::vector<double>(count),
                     std::vector<double>(count)};
    std::vector<double> finite;
    std::ranges::copy_if(values, std::back_inserter(finite),
                         [](double x) { return std::isfinite(x); });
    if (finite.empty()) return h;
    // In a wider type, since the difference of two doubles may be infinite.
    const auto [lowest, highest] = std::ranges::minmax(finite);
    const long double min = lowest;
    const long double width = (static_cast<long double>(highest) - min) / buckets;
    for (std::size_t i = 0; i < count; ++i) {
        h.left[i] = static_cast<double>(min + width * static_cast<long double>(i));
        h.right[i] = static_cast<double>(min + width * static_cast<long double>(i + 1));
    }
    h.right.back() = highest;
    for (const double x : finite) {
        const auto i = width > 0 ? static_cast<std::size_t>((x - min) / width) : count - 1;
        h.count[std::min(i, count - 1)] += 1;
    }
    return h;
}

}  // namespace shikumi::formats::detail
