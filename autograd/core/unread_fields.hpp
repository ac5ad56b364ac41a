// UnreadFields: lets configurations of other programs hold fields that are unknown here.
#pragma once

#include <string>
#include <vector>

namespace shikumi::detail {

/// While it lives, `ConfigReader::refuse_unread` on its thread refuses nothing, but adds a sentence
/// to the notes for each field that it would have refused.
class UnreadFields {
public:
    /// `notes` must outlive it.
    explicit UnreadFields(std::vector<std::string>& notes) noexcept;
    ~UnreadFields();
    UnreadFields(const UnreadFields&) = delete;
    UnreadFields& operator=(const UnreadFields&) = delete;

    /// The notes of this thread; null where fields are to be refused.
    static std::vector<std::string>* notes() noexcept;

private:
    std::vector<std::string>* outer_;
};

}  // namespace shikumi::detail
