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

void Averages::visit_state(StateFields& fields) {
    fields("means", means_);
    sums_.resize(means_.size());
    std::vector<double> values, counts;
    for (const Sum& sum : sums_) {
        values.push_back(sum.values);
        counts.push_back(sum.count);
    }
    fields("sums", values)("counts", counts);
    values.resize(sums_.size());
    counts.resize(sums_.size());
    for (std::size_t i = 0; i < sums_.size(); ++i) sums_[i] = {values[i], counts[i]};
    current_ = false;
}

const Logs& Averages::means() const {
    for (std::size_t i = 0; !current_ && i < sums_.size(); ++i)
        means_.set(i, sums_[i].count > 0 ? sums_[i].values / sums_[i].count : 0);
    current_ = true;
    return means_;
}

}  // namespace shikumi::nn::detail
