#include <shikumi/nn/training/detail/averages.hpp>

#include <algorithm>

namespace shikumi::nn::detail {

void Averages::restart() { std::fill(sums_.begin(), sums_.end(), Sum{}); }

void Averages::add(const Logs& logs, double samples) {
    std::size_t i = 0;
    for (const auto& [name, value] : logs) {
        if (i == sums_.size()) {
            sums_.emplace_back();
            means_.add(name, 0);
        }
        const double count = logs.count(i, samples);
        if (count > 0) sums_[i].values += value * count;
        sums_[i++].count += count;
    }
}

const Logs& Averages::means() {
    for (std::size_t i = 0; i < sums_.size(); ++i)
        means_.set(i, sums_[i].count > 0 ? sums_[i].values / sums_[i].count : 0);
    return means_;
}

}  // namespace shikumi::nn::detail
