// What is refused while a protobuf is read.
#pragma once

#include <exception>

namespace shikumi::formats::detail {

/// A message of a kind that isn't what it should be; where it lies is added further up.
class BadMessage : public std::exception {
public:
    /// `why` is a literal.
    explicit BadMessage(const char* why) : why_(why) {}
    /// The sentence.
    const char* what() const noexcept override { return why_; }

private:
    const char* why_;
};

/// Throws BadMessage unless a field has the type that is read.
inline void want_field(bool as_read) {
    if (!as_read) throw BadMessage("a field has another type than it should");
}

/// A list of numbers, packed or one by one.
template <class Message, class Numbers, class Packed, class Single>
void append_numbers(Message& message, Numbers& numbers, Packed packed, Single single) {
    using Number = typename Numbers::value_type;
    // As length_delimited, of whose type nothing is known here.
    if (static_cast<int>(message.wire_type()) == 2)
        for (const auto x : (message.*packed)()) numbers.push_back(static_cast<Number>(x));
    else
        numbers.push_back(static_cast<Number>((message.*single)()));
}

}  // namespace shikumi::formats::detail
