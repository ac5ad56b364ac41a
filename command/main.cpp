// The command `shikumi`: what is in a model's file, and other things to do with one.
#include <algorithm>
#include <exception>
#include <iomanip>
#include <iostream>
#include <string>
#include <vector>

#include "subcommands.hpp"
#include "text.hpp"

namespace {

using namespace command;

void print_help(const std::vector<Subcommand>& all) {
    std::cout << "shikumi: files of neural networks\n\n";
    for (const Subcommand& one : all) {
        std::string usage = one.form.name;
        for (const std::string& file : one.form.files) usage += ' ' + file;
        std::cout << "  shikumi " << std::left << std::setw(16) << usage << one.form.about << '\n';
    }
    std::cout << "\nshikumi SUBCOMMAND --help says more. A file's content says what it is: a model "
                 "or weights of\nshikumi, Keras, PyTorch, safetensors or NumPy.\n";
}

int run(const std::vector<std::string>& arguments) {
    const std::vector<Subcommand> all = subcommands();
    if (arguments.empty() || arguments[0] == "--help" || arguments[0] == "-h") {
        print_help(all);
        return arguments.empty() ? 2 : 0;
    }
    const auto found =
        std::ranges::find(all, arguments[0], [](const Subcommand& one) { return one.form.name; });
    if (found == all.end()) {
        std::vector<std::string> names;
        for (const Subcommand& one : all) names.push_back(one.form.name);
        throw BadUsage("there is no subcommand '" + arguments[0] + "'" +
                       near_miss(arguments[0], names) + "; 'shikumi --help' shows all");
    }
    const auto read =
        read_arguments(found->form, {arguments.begin() + 1, arguments.end()}, std::cout);
    const int code = read ? found->run(*read) : 0;
    if (!std::cout.flush()) throw BadUsage("standard output can't be written");
    return code;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run({argv + std::min(argc, 1), argv + argc});
    } catch (const std::exception& e) {
        std::cout.flush();
        std::cerr << "shikumi: " << one_line(e.what()) << '\n';
        return 2;
    }
}
