#include <shikumi/nn/training/detail/averages.hpp>

namespace shikumi::nn::detail {

void Averages::restart() { *this = {}; }

void Averages::add(const Logs& logs, double samples) {
    current_ = false;
    std::size_t i = 0;
    for (const auto& [name, value] : logs) {
        if (i == sums_.size()) {
            sums_.emplace_back();
            means_.add(name, 0);
        }
        Sum& sum = sums_[i];
        const double count = logs.count(i, samples);
        if (logs.running(i)) {
            sum = {value, 1};
        } else {
            if (count > 0) sum.values += value * count;
            sum.count += count;
        }
        ++i;
    }
}

const Logs& Averages::means() const {
    for (std::size_t i = 0; !current_ && i < sums_.size(); ++i)
        means_.set(i, sums_[i].count > 0 ? sums_[i].values / sums_[i].count : 0);
    current_ = true;
    return means_;
}

}  // namespace shikumi::nn::detail
