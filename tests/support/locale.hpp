// A global locale that would spoil numbers, during a test.
#pragma once

#include <clocale>
#include <locale>
#include <string>

namespace shikumi_test {

// 1234.5 is "1.234,5" in all streams that are made meanwhile, and in C's functions where the
// machine has such a locale.
class CommaLocale {
public:
    CommaLocale()
        : c_(std::setlocale(LC_ALL, nullptr)),
          old_(std::locale::global(std::locale(std::locale::classic(), new Comma))) {
        for (const char* name : {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "tr_TR.UTF-8"}) {
            if (std::setlocale(LC_ALL, name)) break;
        }
    }
    CommaLocale(const CommaLocale&) = delete;
    CommaLocale& operator=(const CommaLocale&) = delete;
    ~CommaLocale() {
        std::locale::global(old_);
        std::setlocale(LC_ALL, c_.c_str());
    }

private:
    struct Comma : std::numpunct<char> {
        char do_decimal_point() const override { return ','; }
        char do_thousands_sep() const override { return '.'; }
        std::string do_grouping() const override { return "\3"; }
    };
    std::string c_;
    std::locale old_;
};

}  // namespace shikumi_test
