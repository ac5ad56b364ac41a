// Pickles, read without running anything.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace shikumi::formats::detail {

struct PickleObject;

/// What a pickle holds at some place: None, a truth value, an integer, a number, a text in UTF-8,
/// or an object.
using PickleValue =
    std::variant<std::monostate, bool, std::int64_t, double, std::string_view, PickleObject*>;

/// An object of a pickle: a container, or the record of what Python would have run for it.
struct PickleObject {
    /// What kinds of objects there are.
    enum class Kind : std::uint8_t {
        tuple,
        list,
        set,
        dict,
        bytes,
        big_integer,  ///< of more than 64 bits
        global,       ///< what a module calls `name`
        call,         ///< the result of a call, or an instance of a class
        persistent    ///< what the program that wrote the pickle keeps elsewhere
    };

    Kind kind = Kind::tuple;
    std::vector<PickleValue> items = {};  ///< the elements; of a call the callee and the arguments
    /// Of a dict, and what was set on the result of a call as if it were one.
    std::vector<std::pair<PickleValue, PickleValue>> entries = {};
    PickleValue state = {};        ///< what the object was told to be (BUILD)
    std::string_view module = {};  ///< of a global
    std::string_view name = {};    ///< of a global
};

/// The object, where the value is one of that kind; else null.
inline const PickleObject* as(const PickleValue& value, PickleObject::Kind kind) noexcept {
    const auto* const object = std::get_if<PickleObject*>(&value);
    return object && (*object)->kind == kind ? *object : nullptr;
}

/// Whether Python runs code of the program's user, or of the system, for a global of that module:
/// no file of data needs one.
bool runs_code(std::string_view module, std::string_view name) noexcept;

/// A pickle of protocol 0 to 5. Format: Python's pickletools. Objects may contain themselves.
class Pickle {
public:
    /// Reads `bytes`. Throws IoError beginning with `reader` and `where` unless they are one whole
    /// pickle of known opcodes with at most `most` objects, and for a global that `runs_code`.
    Pickle(std::string bytes, std::string_view reader, std::string_view where, std::size_t most);
    Pickle(const Pickle&) = delete;
    Pickle& operator=(const Pickle&) = delete;

    /// What was pickled.
    const PickleValue& root() const noexcept { return root_; }
    /// How many bytes it has.
    std::size_t size() const noexcept { return bytes_.size(); }

private:
    class Machine;

    std::string bytes_;
    std::deque<std::string> texts_;
    std::deque<PickleObject> objects_;
    PickleValue root_;
};

}  // namespace shikumi::formats::detail
