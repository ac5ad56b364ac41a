#include <shikumi/autograd/evaluate/capture/captured_programs.hpp>

#include <algorithm>
#include <optional>

#include <shikumi/autograd/evaluate/capture/captured_program.hpp>
#include <shikumi/autograd/evaluate/capture/recording.hpp>
#include <shikumi/autograd/graph/op.hpp>

namespace shikumi {

using namespace detail;

namespace {

constexpr std::size_t most_recordings = 32;

std::optional<Spec> spec_of(const Node* leaf) {
    return leaf ? std::optional(leaf->spec) : std::nullopt;
}

}  // namespace

struct CapturedPrograms::Entry {
    Entry(const Call& call, const Recording& recording, const EvaluationOptions& options)
        : type(call.type),
          sizes(call.sizes),
          program(recording, options),
          results(recording.results.size()) {
        for (const Node* leaf : call.leaves) specs.push_back(spec_of(leaf));
    }
    bool serves(const Call& call) const noexcept {
        return *call.type == *type && call.sizes == sizes &&
               std::equal(call.leaves.begin(), call.leaves.end(), specs.begin(), specs.end(),
                          [](const Node* leaf, const std::optional<Spec>& spec) {
                              return leaf ? spec && leaf->spec == *spec : !spec;
                          });
    }

    const std::type_info* type;
    std::vector<std::size_t> sizes;
    std::vector<std::optional<Spec>> specs;  // of the arguments' leaves; none: absent
    CapturedProgram program;
    std::any constants;           // the result without its Tensors
    std::vector<Tensor> results;  // its Tensors, until they are moved into the result
};

CapturedPrograms::CapturedPrograms(const EvaluationOptions& options) : options_(options) {}
CapturedPrograms::~CapturedPrograms() = default;
CapturedPrograms::CapturedPrograms(CapturedPrograms&&) noexcept = default;
CapturedPrograms& CapturedPrograms::operator=(CapturedPrograms&&) noexcept = default;

void CapturedPrograms::clear() noexcept {
    entries_.clear();
    current_ = nullptr;
}

bool CapturedPrograms::bypassed() noexcept { return Eager::active() || capturing(); }

bool CapturedPrograms::find() noexcept {
    if (current_ && current_->serves(call_)) return true;
    const auto known = std::find_if(entries_.begin(), entries_.end(),
                                    [&](const auto& entry) { return entry->serves(call_); });
    if (known == entries_.end()) return false;
    current_ = known->get();
    return true;
}

void CapturedPrograms::record(const Recorded& function) {
    std::any constants;
    const Recording recording = record_call(call_.leaves, [&](std::span<const Tensor> arguments) {
        return function(arguments, constants);
    });
    auto entry = std::make_unique<Entry>(call_, recording, options_);
    entry->constants = std::move(constants);
    if (entries_.size() == most_recordings) entries_.erase(entries_.begin());
    entries_.push_back(std::move(entry));
    current_ = entries_.back().get();
}

const std::any& CapturedPrograms::constants() const noexcept { return current_->constants; }

std::span<Tensor> CapturedPrograms::replay() {
    const auto pending = [](const Node* leaf) { return leaf && !leaf->data; };
    if (std::any_of(call_.leaves.begin(), call_.leaves.end(), pending)) {
        std::vector<Tensor> arguments;
        for (const Node* leaf : call_.leaves) {
            if (leaf) arguments.push_back(Tensor::of(leaf));
        }
        evaluate(arguments);
    }
    current_->program.replay(call_.leaves, current_->results);
    return current_->results;
}

}  // namespace shikumi
