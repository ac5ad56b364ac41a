// CProgram: C source that grows call by call.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <shikumi/autograd/core/shape.hpp>
#include <shikumi/autograd/graph/parameter.hpp>

namespace shikumi::nn::detail {

/// A function of C that layers call.
struct CFunction {
    std::string_view name;
    std::string_view text;             ///< its definition
    const CFunction* needs = nullptr;  ///< one that it calls
};

/// An array of floats while the program runs.
struct CArray {
    std::string text;  ///< an expression of C that points to the first element
    Shape shape;       ///< of one sample

    /// How many elements it has.
    Index size() const { return shape.size(); }
};

/// A float as C has it, to the bit: "0x1.8p+1f". Throws ValueError, beginning with `who`, for what
/// is no finite number.
std::string c_number(double number, std::string_view who);

/// The source of a function that works out one sample: constants, the functions that it calls,
/// memory for what lies between, and its statements.
class CProgram {
public:
    /// The name of the array that holds a weight. Throws ValueError unless it is of finite f32.
    std::string weight(const Parameter& weight);
    /// The name of an array that holds these numbers, called after `name`.
    std::string constant(const std::string& name, const std::vector<float>& numbers);
    /// Memory for an array, from the first statement that mentions it to the last one.
    CArray array(const Shape& shape);

    /// Adds a call of a function, which becomes a part of the program.
    template <class... Arguments>
    void call(const CFunction& function, const Arguments&... arguments) {
        std::string all;
        ((all += (all.empty() ? "" : ", ") + text_of(arguments)), ...);
        use(function);
        add(std::string(function.name) + '(' + all + ");");
    }
    /// The name of a function that becomes a part of the program.
    std::string use(const CFunction& function);
    /// Adds a comment, which may say anything.
    void comment(std::string_view text);

    /// Copies an array to another one of its size.
    void copy(const CArray& from, const CArray& to);

    /// Begins a loop over `count` numbers of a new variable, whose name it gives. Memory of these
    /// arrays is kept all the time.
    std::string begin_loop(Index count, const std::vector<CArray>& around);
    /// Ends the last loop that was begun.
    void end_loop();

    /// Gives back "y" as the memory of an array that `array` has made, for the function's result;
    /// copies the array into it where that can't be.
    void give(const CArray& array, const std::string& y);

    /// The whole, for a function of that name and these parameters. Throws ValueError where it
    /// takes more than C's int counts.
    std::string source(const std::string& function, const std::string& parameters) const;

private:
    struct Memory {
        Index size;
        std::string bound = {};  // the parameter that it is; empty: a part of the scratch memory
    };
    struct Loop {
        std::vector<CArray> around;
    };

    static std::string text_of(const CArray& array) { return array.text; }
    static std::string text_of(std::string_view text) { return std::string(text); }
    static std::string text_of(std::integral auto number) { return std::to_string(number); }
    void add(std::string statement, const std::vector<CArray>& also = {});
    std::vector<Index> places(Index& size) const;

    std::map<std::string, int> names_;
    std::vector<std::pair<Parameter, std::string>> weights_;
    std::vector<const CFunction*> functions_;
    std::vector<Memory> memory_;
    std::vector<Loop> loops_;
    int loops_begun_ = 0;
    std::string constants_;
    std::vector<std::string> statements_;
    std::vector<std::string> mentions_;  // further arrays of each statement
};

}  // namespace shikumi::nn::detail
