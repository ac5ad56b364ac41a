#include <shikumi/formats/detail/pickle.hpp>

#include <bit>
#include <charconv>
#include <cstring>
#include <optional>
#include <span>
#include <unordered_map>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/formats/detail/byte_order.hpp>
#include <shikumi/formats/detail/in_quotes.hpp>
#include <shikumi/formats/detail/utf8.hpp>

namespace shikumi::formats::detail {

namespace {

using Kind = PickleObject::Kind;

// Python writes the largest integers as text, as bytes, and in protocol 0 with an L behind them.
std::optional<std::int64_t> integer_of(std::string_view digits) {
    if (digits.ends_with('L')) digits.remove_suffix(1);
    std::int64_t number = 0;
    const char* const end = digits.data() + digits.size();
    const auto [at, error] = std::from_chars(digits.data(), end, number);
    if (at != end || (error != std::errc() && error != std::errc::result_out_of_range))
        throw std::errc::invalid_argument;
    return error == std::errc() ? std::optional(number) : std::nullopt;
}

}  // namespace

// The stack machine that a pickle is a program for. Each group of opcodes is a function, which says
// whether the opcode is one of its own.
class Pickle::Machine {
public:
    Machine(Pickle& pickle, std::string_view reader, std::string_view where, std::size_t most)
        : pickle_(pickle), reader_(reader), where_(where), most_(most), rest_(pickle.bytes_) {}

    PickleValue run() {
        for (;;) {
            opcode_ = static_cast<unsigned char>(take(1)[0]);
            if (opcode_ == '.') break;
            if (!constant(opcode_) && !number(opcode_) && !text(opcode_) && !container(opcode_) &&
                !memo(opcode_) && !record(opcode_) && !about_the_pickle(opcode_))
                refuse("has the unknown opcode ", int{opcode_});
        }
        if (!rest_.empty()) refuse("goes on for ", rest_.size(), " bytes after its end");
        if (!marks_.empty() || stack_.size() != 1) refuse("ends with ", stack_.size(), " values");
        return stack_[0];
    }

private:
    // ---- bytes
    template <class... Parts>
    [[noreturn]] void refuse(const Parts&... parts) const {
        fail<IoError>(reader_, where_, ": the pickle ", parts..., " (at byte ",
                      pickle_.bytes_.size() - rest_.size(), ")");
    }
    std::string_view take(std::uint64_t bytes) {
        if (bytes > rest_.size()) refuse("ends too early");
        const std::string_view taken = rest_.substr(0, bytes);
        rest_.remove_prefix(bytes);
        return taken;
    }
    std::uint64_t take_length(std::size_t bytes) {
        return little_endian(std::as_bytes(std::span(take(bytes))));
    }
    std::string_view take_line() {
        const auto end = rest_.find('\n');
        if (end == rest_.npos) refuse("ends within a line");
        const std::string_view line = take(end);
        rest_.remove_prefix(1);
        return line;
    }
    std::string_view keep(std::string text) { return pickle_.texts_.emplace_back(std::move(text)); }

    // ---- the stack
    void push(PickleValue value) {
        if (stack_.size() >= most_) refuse("keeps more than ", most_, " values at a time");
        stack_.push_back(value);
    }
    PickleObject& push(Kind kind) {
        PickleObject& object = make(kind);
        push(&object);
        return object;
    }
    PickleObject& make(Kind kind) {
        if (pickle_.objects_.size() >= most_) refuse("has more than ", most_, " objects");
        PickleObject& object = pickle_.objects_.emplace_back();
        object.kind = kind;
        return object;
    }
    std::size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }
    PickleValue pop() {
        if (stack_.size() <= floor()) refuse("takes a value that isn't there");
        const PickleValue value = stack_.back();
        stack_.pop_back();
        return value;
    }
    PickleValue& top() {
        if (stack_.size() <= floor()) refuse("takes a value that isn't there");
        return stack_.back();
    }
    std::vector<PickleValue> pop_to_mark() {
        if (marks_.empty()) refuse("goes back to a mark that isn't there");
        const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
        std::vector<PickleValue> values(begin, stack_.end());
        stack_.erase(begin, stack_.end());
        marks_.pop_back();
        return values;
    }

    // ---- opcodes
    bool constant(unsigned char opcode) {
        switch (opcode) {
            case 'N':
                return push(PickleValue()), true;
            case 0x88:
                return push(true), true;
            case 0x89:
                return push(false), true;
            case '(':
                if (marks_.size() >= most_) refuse("keeps more than ", most_, " marks");
                return marks_.push_back(stack_.size()), true;
            case '0':
                if (!marks_.empty() && marks_.back() == stack_.size())
                    marks_.pop_back();
                else
                    pop();
                return true;
            case '1':
                return pop_to_mark(), true;
            case '2':
                return push(PickleValue(top())), true;
            default:
                return false;
        }
    }

    bool number(unsigned char opcode) {
        switch (opcode) {
            case 'I':
                push_line(take_line());
                return true;
            case 'L':
                push_integer(take_line());
                return true;
            case 'J':
                push(std::int64_t{static_cast<std::int32_t>(take_length(4))});
                return true;
            case 'K':
                push(static_cast<std::int64_t>(take_length(1)));
                return true;
            case 'M':
                push(static_cast<std::int64_t>(take_length(2)));
                return true;
            case 0x8A:
                push_bytes_as_integer(take(take_length(1)));
                return true;
            case 0x8B:
                push_bytes_as_integer(take(take_length(4)));
                return true;
            case 'F':
                push_real(take_line());
                return true;
            case 'G': {
                std::uint64_t bits = 0;
                for (const char byte : take(8)) bits = bits << 8 | static_cast<unsigned char>(byte);
                push(std::bit_cast<double>(bits));
                return true;
            }
            default:
                return false;
        }
    }
    void push_line(std::string_view line) {
        if (line == "00" || line == "01")
            push(line == "01");
        else
            push_integer(line);
    }
    void push_integer(std::string_view digits) {
        try {
            if (const auto number = integer_of(digits))
                push(*number);
            else
                push(Kind::big_integer);
        } catch (std::errc) {
            refuse("has the integer ", in_quotes(digits));
        }
    }
    void push_bytes_as_integer(std::string_view bytes) {
        if (bytes.size() > 8) {
            push(Kind::big_integer);
            return;
        }
        std::uint64_t bits = little_endian(std::as_bytes(std::span(bytes)));
        const bool negative = !bytes.empty() && static_cast<unsigned char>(bytes.back()) >= 0x80;
        if (negative && bytes.size() < 8) bits |= ~std::uint64_t{0} << 8 * bytes.size();
        push(static_cast<std::int64_t>(bits));
    }
    void push_real(std::string_view digits) {
        double number = 0;
        const char* const end = digits.data() + digits.size();
        if (digits.empty() || std::from_chars(digits.data(), end, number).ptr != end)
            refuse("has the number ", in_quotes(digits));
        push(number);
    }

    bool text(unsigned char opcode) {
        switch (opcode) {
            case 'X':
                return push_text(take(take_length(4))), true;
            case 0x8C:
                return push_text(take(take_length(1))), true;
            case 0x8D:
                return push_text(take(take_length(8))), true;
            case 'V':
                return push_text(unescaped(take_line(), true)), true;
            case 'S':
                return push_old_text(unescaped(unquoted(take_line()), false)), true;
            case 'T':
                return push_old_text(take(take_length(4))), true;
            case 'U':
                return push_old_text(take(take_length(1))), true;
            case 'B':
                return take(take_length(4)), push(Kind::bytes), true;
            case 'C':
                return take(take_length(1)), push(Kind::bytes), true;
            case 0x8E:
            case 0x96:
                return take(take_length(8)), push(Kind::bytes), true;
            default:
                return false;
        }
    }
    void push_text(std::string_view text) {
        if (!is_utf8(text)) refuse("has a text that isn't UTF-8");
        push(text);
    }
    // Python 2 knew no difference between texts and bytes.
    void push_old_text(std::string_view text) {
        if (is_utf8(text))
            push(text);
        else
            push(Kind::bytes);
    }
    std::string_view unquoted(std::string_view line) const {
        if (line.size() < 2 || line.front() != line.back() ||
            (line.front() != '\'' && line.front() != '"'))
            refuse("has a text without quotes");
        return line.substr(1, line.size() - 2);
    }
    // Protocol 0: \u and \U with digits where `unicode`, and other bytes are Latin-1; else the
    // escapes of Python's repr.
    std::string_view unescaped(std::string_view text, bool unicode) {
        std::string out;
        while (!text.empty()) {
            const char c = text[0];
            const char kind = text.size() > 1 ? text[1] : '\0';
            const std::size_t digits = c != '\\'     ? 0
                                       : unicode     ? (kind == 'u'   ? 4
                                                        : kind == 'U' ? 8
                                                                      : 0)
                                       : kind == 'x' ? 2
                                                     : 0;
            if (digits > 0) {
                const std::uint32_t code = hexadecimal(text.substr(2), digits);
                if (unicode)
                    append_utf8(out, code);
                else
                    out += static_cast<char>(code);
                text.remove_prefix(2 + digits);
            } else if (!unicode && c == '\\') {
                out += kind == 'n' ? '\n' : kind == 't' ? '\t' : kind == 'r' ? '\r' : kind;
                text.remove_prefix(std::min<std::size_t>(2, text.size()));
            } else {
                if (unicode)
                    append_utf8(out, static_cast<unsigned char>(c));
                else
                    out += c;
                text.remove_prefix(1);
            }
        }
        return keep(std::move(out));
    }
    std::uint32_t hexadecimal(std::string_view text, std::size_t digits) const {
        std::uint32_t code = 0;
        if (text.size() < digits ||
            std::from_chars(text.data(), text.data() + digits, code, 16).ptr !=
                text.data() + digits)
            refuse("has a text with a broken escape");
        return code;
    }

    bool container(unsigned char opcode) {
        switch (opcode) {
            case ')':
                return push(Kind::tuple), true;
            case ']':
                return push(Kind::list), true;
            case '}':
                return push(Kind::dict), true;
            case 0x8F:
                return push(Kind::set), true;
            case 't':
                return push_items(Kind::tuple, pop_to_mark()), true;
            case 'l':
                return push_items(Kind::list, pop_to_mark()), true;
            case 0x91:
                return push_items(Kind::set, pop_to_mark()), true;
            case 'd': {
                std::vector<PickleValue> values = pop_to_mark();
                set_items(push(Kind::dict), values);
                return true;
            }
            case 0x85:
            case 0x86:
            case 0x87: {
                std::vector<PickleValue> items(opcode - 0x84u);
                for (std::size_t i = items.size(); i-- > 0;) items[i] = pop();
                return push_items(Kind::tuple, std::move(items)), true;
            }
            default:
                return filling(opcode);
        }
    }
    bool filling(unsigned char opcode) {
        switch (opcode) {
            case 'a': {
                const PickleValue item = pop();
                return append(opened(), {item}), true;
            }
            case 'e':
            case 0x90: {
                const std::vector<PickleValue> items = pop_to_mark();
                return append(opened(), items), true;
            }
            case 's': {
                const PickleValue value = pop(), key = pop();
                return set_items(opened(), {key, value}), true;
            }
            case 'u': {
                const std::vector<PickleValue> values = pop_to_mark();
                return set_items(opened(), values), true;
            }
            default:
                return false;
        }
    }
    void push_items(Kind kind, std::vector<PickleValue> items) {
        push(kind).items = std::move(items);
    }
    // The object on top, which gets something.
    PickleObject& opened() {
        auto* const object = std::get_if<PickleObject*>(&top());
        if (!object) refuse("fills something that holds nothing");
        return **object;
    }
    void append(PickleObject& to, const std::vector<PickleValue>& items) const {
        if (to.kind == Kind::call) return;  // its class decides what that means
        if (to.kind != Kind::list && to.kind != Kind::set)
            refuse("appends to something that is no list");
        to.items.insert(to.items.end(), items.begin(), items.end());
    }
    void set_items(PickleObject& to, const std::vector<PickleValue>& values) const {
        if (to.kind != Kind::dict && to.kind != Kind::call)
            refuse("sets an item of something that is no dictionary");
        if (values.size() % 2 != 0) refuse("has a key without a value");
        for (std::size_t i = 0; i < values.size(); i += 2)
            to.entries.emplace_back(values[i], values[i + 1]);
    }

    bool memo(unsigned char opcode) {
        switch (opcode) {
            case 'p':
                return remember(index_of(take_line())), true;
            case 'q':
                return remember(take_length(1)), true;
            case 'r':
                return remember(take_length(4)), true;
            case 0x94:
                return remember(memo_.size()), true;
            case 'g':
                return recall(index_of(take_line())), true;
            case 'h':
                return recall(take_length(1)), true;
            case 'j':
                return recall(take_length(4)), true;
            default:
                return false;
        }
    }
    std::uint64_t index_of(std::string_view line) const {
        try {
            if (const auto index = integer_of(line); index && *index >= 0)
                return static_cast<std::uint64_t>(*index);
        } catch (std::errc) {
        }
        refuse("has the memo number ", in_quotes(line));
    }
    void remember(std::uint64_t index) {
        const PickleValue value = top();
        memo_[index] = value;
        if (memo_.size() > most_) refuse("remembers more than ", most_, " values");
    }
    void recall(std::uint64_t index) {
        const auto found = memo_.find(index);
        if (found == memo_.end()) refuse("recalls value ", index, ", which isn't there");
        push(found->second);
    }

    bool record(unsigned char opcode) {
        switch (opcode) {
            case 'c': {
                const std::string_view module = take_line();
                return push_global(module, take_line()), true;
            }
            case 0x93: {
                const PickleValue name = pop(), module = pop();
                if (!std::holds_alternative<std::string_view>(name) ||
                    !std::holds_alternative<std::string_view>(module))
                    refuse("has a global without a name");
                return push_global(std::get<std::string_view>(module),
                                   std::get<std::string_view>(name)),
                       true;
            }
            case 'R':
            case 0x81: {
                const PickleValue arguments = pop(), callee = pop();
                return push_call(callee, arguments), true;
            }
            case 0x92: {
                pop();  // arguments by names
                const PickleValue arguments = pop(), callee = pop();
                return push_call(callee, arguments), true;
            }
            default:
                return instance(opcode);
        }
    }
    bool instance(unsigned char opcode) {
        switch (opcode) {
            case 'i': {
                const std::string_view module = take_line(), name = take_line();
                PickleObject& arguments = make(Kind::tuple);
                arguments.items = pop_to_mark();
                return push_call(&global(module, name), &arguments), true;
            }
            case 'o': {
                PickleObject& arguments = make(Kind::tuple);
                arguments.items = pop_to_mark();
                if (arguments.items.empty()) refuse("makes an instance of no class");
                const PickleValue callee = arguments.items.front();
                arguments.items.erase(arguments.items.begin());
                return push_call(callee, &arguments), true;
            }
            case 'b': {
                const PickleValue state = pop();
                opened().state = state;
                return true;
            }
            case 'P':
                return push_items(Kind::persistent, {take_line()}), true;
            case 'Q': {
                const PickleValue id = pop();
                return push_items(Kind::persistent, {id}), true;
            }
            default:
                return false;
        }
    }
    PickleObject& global(std::string_view module, std::string_view name) {
        if (!is_utf8(module) || !is_utf8(name)) refuse("has a global that isn't UTF-8");
        if (runs_code(module, name))
            refuse("calls ", in_quotes(std::string(module) + '.' + std::string(name)),
                   ", which could run anything: no file of data needs it, and nothing was run");
        PickleObject& object = make(Kind::global);
        object.module = module;
        object.name = name;
        return object;
    }
    void push_global(std::string_view module, std::string_view name) {
        push(&global(module, name));
    }
    void push_call(const PickleValue& callee, const PickleValue& arguments) {
        if (!as(arguments, Kind::tuple))
            refuse("calls something with what is no tuple of arguments");
        push_items(Kind::call, {callee, arguments});
    }

    bool about_the_pickle(unsigned char opcode) {
        switch (opcode) {
            case 0x80:
                if (const std::uint64_t protocol = take_length(1); protocol > 5)
                    refuse("is of protocol ", protocol, "; known are 0 to 5");
                return true;
            case 0x95:
                if (take_length(8) > rest_.size()) refuse("ends within a frame");
                return true;
            case 0x82:
            case 0x83:
            case 0x84:
                refuse("takes something from Python's registry of extensions");
            case 0x97:
            case 0x98:
                refuse("takes bytes from outside of the file");
            default:
                return false;
        }
    }

    Pickle& pickle_;
    std::string_view reader_, where_;
    std::size_t most_;
    std::string_view rest_;
    unsigned char opcode_ = 0;
    std::vector<PickleValue> stack_;
    std::vector<std::size_t> marks_;  // how many values are below each
    std::unordered_map<std::uint64_t, PickleValue> memo_;
};

Pickle::Pickle(std::string bytes, std::string_view reader, std::string_view where, std::size_t most)
    : bytes_(std::move(bytes)) {
    root_ = Machine(*this, reader, where, most).run();
}

}  // namespace shikumi::formats::detail
