#include "command_line.hpp"

#include <charconv>
#include <cmath>
#include <ostream>

#include <boost/program_options.hpp>

#include <shikumi/autograd/core/nearest_names.hpp>

namespace command {

namespace {

namespace po = boost::program_options;

constexpr const char* files_key = "(files)";

po::options_description describe(const Form& form) {
    po::options_description known("Options");
    auto add = known.add_options();
    for (const Option& option : form.options) {
        if (option.value.empty())
            add(option.name.c_str(), option.help.c_str());
        else
            add(option.name.c_str(),
                po::value<std::vector<std::string>>()->value_name(option.value),
                option.help.c_str());
    }
    add("help,h", "print this text");
    return known;
}

[[noreturn]] void refuse_unknown(std::string wrong, const Form& form) {
    wrong.erase(0, wrong.find_first_not_of('-'));
    wrong.erase(std::min(wrong.find('='), wrong.size()));
    std::vector<std::string> known{"--help"};
    for (const Option& option : form.options) known.push_back("--" + option.name);
    const std::string guess = near_miss("--" + wrong, known);
    throw BadUsage("there is no option '--" + wrong + "'" +
                   (guess.empty() ? "; 'shikumi " + form.name + " --help' shows all" : guess));
}

po::variables_map parse(const std::vector<std::string>& given, const Form& form,
                        const po::options_description& known) {
    namespace style = po::command_line_style;
    po::options_description all;
    all.add(known).add_options()(files_key, po::value<std::vector<std::string>>());
    po::variables_map values;
    try {
        po::store(po::command_line_parser(given)
                      .options(all)
                      .positional(po::positional_options_description().add(files_key, -1))
                      .style(style::unix_style & ~style::allow_guessing)
                      .run(),
                  values);
    } catch (const po::unknown_option& e) {
        refuse_unknown(e.get_option_name(), form);
    } catch (const po::error& e) {
        throw BadUsage(e.what());
    }
    return values;
}

std::string usage(const Form& form) {
    std::string text = "shikumi " + form.name;
    for (const std::string& file : form.files) text += " " + file;
    return text + " [OPTION...]";
}

}  // namespace

std::string Arguments::text(std::string_view option) const {
    const auto found = options_.find(option);
    return found == options_.end() ? std::string() : found->second.back();
}

std::vector<std::string> Arguments::texts(std::string_view option) const {
    const auto found = options_.find(option);
    return found == options_.end() ? std::vector<std::string>() : found->second;
}

double Arguments::number(std::string_view option, double otherwise) const {
    if (!has(option)) return otherwise;
    const std::string given = text(option);
    double value = 0;
    const auto [end, error] = std::from_chars(given.data(), given.data() + given.size(), value);
    if (error != std::errc() || end != given.data() + given.size() || !std::isfinite(value) ||
        value < 0)
        throw BadUsage("--" + std::string(option) + " wants a number from 0 up, not '" + given +
                       "'");
    return value;
}

std::optional<Arguments> read_arguments(const Form& form, const std::vector<std::string>& given,
                                        std::ostream& help) {
    const po::options_description known = describe(form);
    const po::variables_map values = parse(given, form, known);
    if (values.count("help")) {
        help << usage(form) << "\n\n" << form.about << ".\n";
        if (!form.more.empty()) help << '\n' << form.more << '\n';
        help << '\n' << known;
        return std::nullopt;
    }
    Arguments arguments;
    for (const auto& [name, value] : values) {
        if (name == files_key)
            arguments.files = value.as<std::vector<std::string>>();
        else if (const auto* texts = boost::any_cast<std::vector<std::string>>(&value.value()))
            arguments.add(name, *texts);
        else
            arguments.add(name, {});
    }
    if (arguments.files.size() != form.files.size())
        throw BadUsage((arguments.files.size() < form.files.size() ? "something is missing: "
                                                                   : "that is too much: ") +
                       usage(form));
    return arguments;
}

std::string near_miss(std::string_view wrong, const std::vector<std::string>& known) {
    const std::vector<std::string_view> names(known.begin(), known.end());
    const auto near = shikumi::detail::nearest_names(wrong, names);
    return near.empty() ? std::string() : "; did you mean '" + std::string(near.front()) + "'?";
}

}  // namespace command
