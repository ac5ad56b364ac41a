#include <shikumi/autograd/core/unread_fields.hpp>

#include <utility>

namespace shikumi::detail {

namespace {

thread_local std::vector<std::string>* current = nullptr;

}  // namespace

UnreadFields::UnreadFields(std::vector<std::string>& notes) noexcept
    : outer_(std::exchange(current, &notes)) {}

UnreadFields::~UnreadFields() { current = outer_; }

std::vector<std::string>* UnreadFields::notes() noexcept { return current; }

}  // namespace shikumi::detail
