#include "options.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <initializer_list>
#include <iostream>
#include <limits>
#include <locale>
#include <numeric>
#include <sstream>

#include <boost/program_options.hpp>

namespace examples {
namespace {

namespace po = boost::program_options;

// The least number of letters to insert, delete or change (Levenshtein distance).
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0]++;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t change = diagonal + (a[i] != b[j]);
            diagonal = row[j + 1];
            row[j + 1] = std::min({change, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

// The known option most similar to `wrong`, "" if none is similar enough.
std::string nearest(const std::string& wrong, const po::options_description& known) {
    std::string best;
    std::size_t least = std::numeric_limits<std::size_t>::max();
    for (const auto& option : known.options()) {
        const std::string& name = option->long_name();
        // An abbreviation, however short, is nearer than anything else.
        const std::size_t far =
            name.compare(0, wrong.size(), wrong) == 0 ? 0 : distance(wrong, name);
        if (far < least) {
            least = far;
            best = name;
        }
    }
    return least <= (wrong.size() + 2) / 3 ? best : "";
}

[[noreturn]] void refuse_unknown(std::string wrong, const po::options_description& known) {
    wrong.erase(0, wrong.find_first_not_of('-'));
    wrong.erase(std::min(wrong.find('='), wrong.size()));
    const std::string guess = nearest(wrong, known);
    throw BadOption("there is no option '--" + wrong + "'" +
                    (guess.empty() ? "; --help shows all" : "; did you mean '--" + guess + "'?"));
}

template <class T>
T number_of(const std::string& text, std::string_view name, T least, const std::string& wanted) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    bool good = error == std::errc() && end == text.data() + text.size() && value >= least;
    if constexpr (std::is_floating_point_v<T>) good = good && std::isfinite(value) && value > least;
    if (!good)
        throw BadOption("--" + std::string(name) + " wants " + wanted + ", not '" + text + "'");
    return value;
}

template <class T>
T number(const po::variables_map& values, const char* name, T least, const char* wanted) {
    return number_of<T>(values[name].as<std::string>(), name, least, wanted);
}

template <class T>
auto text_option(const T& standard) {
    std::ostringstream text;
    text.imbue(std::locale::classic());
    text << standard;
    return po::value<std::string>()->default_value(text.str());
}

po::options_description describe(const Options& defaults) {
    po::options_description known("Options");
    auto add = known.add_options();
    add("epochs", text_option(defaults.epochs), "passes over the training data");
    add("batch-size", text_option(defaults.batch_size), "samples in a training step");
    add("learning-rate", text_option(defaults.learning_rate), "learning rate of the optimiser");
    add("seed", text_option(defaults.seed), "seed of the random numbers");
    add("threads", text_option(defaults.threads), "number of threads; 0: one for each core");
    add("data", text_option(defaults.data.string()), "folder of the data sets");
    add("out", text_option(defaults.out.string()), "folder for the output files");
    add("profile", po::bool_switch(), "print the time of each operation and layer at the end");
    add("trace", text_option(defaults.trace.string()),
        "file for a timeline, to be opened in ui.perfetto.dev");
    add("save", text_option(defaults.save.string()),
        "file for the trained model: .safetensors; .npz for its weights alone");
    add("load", text_option(defaults.load.string()),
        "file of a model or of weights to begin with; without --epochs, they aren't trained "
        "further");
    add("resume", text_option(defaults.resume.string()),
        "folder that keeps the training, which goes on from there where it died");
    add("report", po::bool_switch(), "leave a folder in OUT/runs that shows the training");
    add("early-stopping", po::bool_switch(), "end a training that gets no better");
    for (const OwnOption& own : defaults.own)
        add(own.name.c_str(), text_option(own.value), own.help.c_str());
    add("help,h", "print this text");
    return known;
}

po::variables_map parse(const std::vector<std::string>& arguments,
                        const po::options_description& known) {
    namespace style = po::command_line_style;
    po::variables_map values;
    try {
        po::store(po::command_line_parser(arguments)
                      .options(known)
                      .positional(po::positional_options_description())
                      .style(style::unix_style & ~style::allow_guessing)
                      .run(),
                  values);
    } catch (const po::unknown_option& e) {
        refuse_unknown(e.get_option_name(), known);
    } catch (const po::too_many_positional_options_error&) {
        throw BadOption("every argument is an option, such as '--epochs 5'; --help shows all");
    } catch (const po::error& e) {
        throw BadOption(e.what());
    }
    return values;
}

// What a program can't do isn't to be asked of it.
void refuse_meaningless(const po::variables_map& values, std::string_view program,
                        Training training) {
    const auto refuse = [&](std::initializer_list<const char*> options, const char* why) {
        for (const char* option : options) {
            if (!values[option].defaulted())
                throw BadOption("--" + std::string(option) +
                                " means nothing here: " + std::string(program) + why);
        }
    };
    if (training != Training::fit)
        refuse({"resume", "report", "early-stopping"},
               training == Training::none ? " trains nothing" : " has a training loop of its own");
    if (training == Training::none) refuse({"save", "load"}, " trains nothing");
}

// Sooner than after the training.
std::filesystem::path file_for_weights(const po::variables_map& values) {
    const std::filesystem::path file = values["save"].as<std::string>();
    if (!file.empty() && file.extension() != ".safetensors" && file.extension() != ".npz")
        throw BadOption("--save wants a file that ends in .safetensors or .npz, not '" +
                        file.string() + "'");
    return file;
}

}  // namespace

double Options::steps(std::int64_t samples) const {
    return std::max(epochs, 1) * std::ceil(static_cast<double>(samples) / batch_size);
}

const std::string& Options::text(std::string_view name) const {
    return std::ranges::find(own, name, &OwnOption::name)->value;
}

int Options::count(std::string_view name, int least) const {
    return number_of<int>(text(name), name, least,
                          "a whole number from " + std::to_string(least) + " up");
}

std::optional<Options> read_options(const std::vector<std::string>& arguments,
                                    std::string_view program, std::string_view about,
                                    const Options& defaults, std::ostream& help) {
    const po::options_description known = describe(defaults);
    const po::variables_map values = parse(arguments, known);
    if (values.count("help")) {
        help << program << ": " << about << "\n\n" << known;
        return std::nullopt;
    }
    refuse_meaningless(values, program, defaults.training);
    const bool loaded = !values["load"].as<std::string>().empty();
    std::vector<OwnOption> own = defaults.own;
    for (OwnOption& one : own) one.value = values[one.name].as<std::string>();
    return Options{
        .epochs = loaded && values["epochs"].defaulted()
                      ? 0
                      : number<int>(values, "epochs", 1, "a whole number from 1 up"),
        .batch_size = number<int>(values, "batch-size", 1, "a whole number from 1 up"),
        .learning_rate = number<double>(values, "learning-rate", 0, "a number above 0"),
        .seed = number<std::uint64_t>(values, "seed", 0, "a whole number from 0 up"),
        .threads = number<int>(values, "threads", 0, "a whole number from 0 up"),
        .data = values["data"].as<std::string>(),
        .out = values["out"].as<std::string>(),
        .profile = values["profile"].as<bool>(),
        .trace = values["trace"].as<std::string>(),
        .save = file_for_weights(values),
        .load = values["load"].as<std::string>(),
        .resume = values["resume"].as<std::string>(),
        .report = values["report"].as<bool>(),
        .early_stopping = values["early-stopping"].as<bool>(),
        .training = defaults.training,
        .program = std::string(program),
        .own = std::move(own),
    };
}

Options options_or_exit(int argc, char** argv, std::string_view about, const Options& defaults) {
    const std::string program =
        std::filesystem::path(argc > 0 ? argv[0] : "example").filename().string();
    try {
        const std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
        const auto options = read_options(arguments, program, about, defaults, std::cout);
        if (options) return *options;
    } catch (const BadOption& e) {
        std::cerr << program << ": " << e.what() << '\n';
        std::exit(2);
    }
    std::exit(0);
}

}  // namespace examples
