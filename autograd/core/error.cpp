#include <shikumi/autograd/core/error.hpp>

#include <shikumi/autograd/core/decimal.hpp>

namespace shikumi::detail {

void Part::append_to(std::string& sentence) const {
    switch (kind_) {
        case Kind::text:
            sentence += text_;
            break;
        case Kind::shape:
            sentence += to_string(*shape_);
            break;
        case Kind::spec:
            sentence += to_string(*spec_);
            break;
        case Kind::dtype:
            sentence += name(dtype_);
            break;
        case Kind::real:
            sentence += shortest(real_);
            break;
        case Kind::integer:
            sentence += std::to_string(integer_);
            break;
        case Kind::natural:
            sentence += std::to_string(natural_);
            break;
    }
}

std::string joined(std::initializer_list<Part> parts) {
    std::string sentence;
    for (const Part& part : parts) part.append_to(sentence);
    return sentence;
}

}  // namespace shikumi::detail
