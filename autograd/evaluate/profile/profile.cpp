#include <shikumi/autograd/evaluate/profile/profile.hpp>

#include <algorithm>
#include <new>
#include <string_view>

#include <shikumi/autograd/evaluate/plan/plan.hpp>
#include <shikumi/autograd/evaluate/profile/profile_records.hpp>

namespace shikumi {

using namespace detail;

namespace {

using Row = Profile::Row;

constexpr std::size_t most_events = 1'000'000;
constexpr std::size_t most_plans = 1000;
constexpr std::string_view evaluator = "(evaluator)";

double seconds(ProfileRecords::Clock::duration d) {
    return std::chrono::duration<double>(d).count();
}

std::string name_of(std::span<const Op* const> group) {
    constexpr std::size_t shown = 4;
    const std::size_t left_out = group.size() > shown ? group.size() - shown : 0;
    std::string name;
    for (std::size_t i = 0; i < group.size(); ++i) {
        if (i == shown / 2 && left_out > 0) {
            name += "+…";
            i += left_out;
        }
        name += (i > 0 ? "+" : "") + std::string(group[i]->name());
    }
    if (left_out > 0) name += " (" + std::to_string(group.size()) + ")";
    return name;
}

// Each array that is read or written; blocks in the cache cost no traffic.
double bytes_of(const Plan& plan, const FusionGroup& group) {
    double bytes = 0;
    for (std::uint32_t v = 0; v < group.values; ++v) {
        const GroupValue& value = plan.values[group.first_value + v];
        if (value.slot != no_slot) bytes += static_cast<double>(group.size * value.element);
    }
    for (std::uint32_t i = 0; i < group.broadcasts; ++i) {
        const Broadcast& s = plan.broadcasts[group.first_broadcast + i];
        double own = s.element;
        for (unsigned axis = 0; axis < static_cast<unsigned>(s.rank); ++axis) {
            if (s.moves[axis]) own *= static_cast<double>(s.sizes[axis]);
        }
        bytes += own;
    }
    return bytes;
}

std::vector<Row> sorted(std::vector<Row> rows) {
    std::ranges::stable_sort(rows, std::ranges::greater{}, &Row::seconds);
    return rows;
}

// The rows added up that are the same in `key`.
std::vector<Row> merged(const std::vector<Row>& rows, std::string Row::*key) {
    std::map<std::string, Row> sums;
    for (const Row& row : rows) {
        Row& sum = sums[row.*key];
        sum.*key = row.*key;
        sum += row;
    }
    std::vector<Row> list;
    for (auto& [name, sum] : sums) list.push_back(std::move(sum));
    return sorted(std::move(list));
}

}  // namespace

thread_local constinit ProfileRecords* ProfileRecords::current_ = nullptr;

Profile::Row& Profile::Row::operator+=(const Row& other) noexcept {
    calls += other.calls;
    seconds += other.seconds;
    flops += other.flops;
    bytes += other.bytes;
    return *this;
}

Profile::Profile() : records_(std::make_unique<ProfileRecords>()) {}
Profile::~Profile() = default;

std::vector<Row> Profile::rows() const { return sorted(records_->rows()); }
std::vector<Row> Profile::by_operation() const { return merged(records_->rows(), &Row::name); }
std::vector<Row> Profile::by_layer() const { return merged(records_->rows(), &Row::layer); }

ProfileRecords::ProfileRecords() : outer_(current_), start_(Clock::now()) { current_ = this; }

ProfileRecords::~ProfileRecords() {
    ProfileRecords** place = &current_;
    while (*place && *place != this) place = &(*place)->outer_;
    if (*place) *place = outer_;
    try {
        if (outer_) outer_->add_all_of(*this);
    } catch (const std::bad_alloc&) {  // the outer profile lacks what this one has seen
    }
}

void ProfileRecords::add_all_of(const ProfileRecords& inner) {
    std::vector<RowIndex> row_here;
    for (const Row& row : inner.rows_) {
        row_here.push_back(row_of(row.name, row.layer));
        rows_[row_here.back()] += row;
    }
    for (const Event& event : inner.events_) {
        if (events_.size() == most_events) break;
        events_.push_back({event.start, event.duration, row_here[event.row]});
    }
}

ProfileRecords::RowIndex ProfileRecords::row_of(std::string name, std::string layer) {
    const auto [it, fresh] =
        row_indices_.try_emplace({name, layer}, static_cast<RowIndex>(rows_.size()));
    if (fresh) rows_.push_back({.name = std::move(name), .layer = std::move(layer)});
    return it->second;
}

const std::vector<ProfileRecords::StepCost>& ProfileRecords::costs_of(const Plan& plan) {
    if (const auto known = plans_.find(plan.number); known != plans_.end()) return known->second;
    if (plans_.size() == most_plans) plans_.clear();  // plans that are used once would pile up
    std::vector<StepCost> costs;
    for (const Step& step : plan.steps) {
        costs.push_back(step.kind == Step::Kind::group ? cost_of(plan, plan.groups[step.index])
                                                       : cost_of(plan, plan.calls[step.index]));
    }
    return plans_.emplace(plan.number, std::move(costs)).first->second;
}

ProfileRecords::StepCost ProfileRecords::cost_of(const Plan& plan, const FusionGroup& group) {
    const std::span operations(plan.group_operations.data() + group.first_operation,
                               group.operations);
    return {row_of(name_of(operations), group.scope ? *group.scope : ""),
            static_cast<double>(group.size) * group.operations, bytes_of(plan, group)};
}

ProfileRecords::StepCost ProfileRecords::cost_of(const Plan& plan, const Call& call) {
    std::vector<const Spec*> in;
    double bytes = static_cast<double>(call.out.spec.bytes());
    for (std::uint32_t i = 0; i < call.inputs; ++i) {
        in.push_back(&plan.operands[call.first_input + i].spec);
        bytes += static_cast<double>(in.back()->bytes());
    }
    return {row_of(std::string(call.op->name()), call.scope ? *call.scope : ""),
            call.op->flops(in, call.out.spec), bytes};
}

void ProfileRecords::add(const StepCost& cost, Clock::time_point start, Clock::time_point end) {
    Row& row = rows_[cost.row];
    ++row.calls;
    row.seconds += seconds(end - start);
    row.flops += cost.flops;
    row.bytes += cost.bytes;
    if (events_.size() < most_events) events_.push_back({start, end - start, cost.row});
}

void ProfileRecords::add_part(const char* part, Clock::time_point start, Clock::time_point end) {
    add({row_of(part, std::string(evaluator)), 0, 0}, start, end);
}

}  // namespace shikumi
