#include "configs.hpp"

#include <algorithm>
#include <regex>

namespace shikumi_test {

namespace {

bool lies_in(const File& file, const std::string& folder) {
    return file.path.starts_with(folder) && file.path.ends_with(".hpp") &&
           file.path.find('/', folder.size()) == std::string::npos;
}

std::string text_of(const Tree& tree, const std::string& path) {
    const auto found =
        std::find_if(tree.begin(), tree.end(), [&](const File& file) { return file.path == path; });
    return found == tree.end() ? "" : without_comments(found->text);
}

std::vector<std::smatch> all_of(const std::regex& pattern, const std::string& text) {
    return {std::sregex_iterator(text.begin(), text.end(), pattern), std::sregex_iterator()};
}

// What is declared in a folder, and the table that must hold it.
struct Kind {
    std::string folder, what;
    std::regex declared;
    std::string table;
    std::regex (*listed)(const std::string& name);
};

std::regex as_word(const std::string& name) { return std::regex("\\b" + name + "\\b"); }

const std::vector<Kind>& kinds() {
    static const std::vector<Kind> all{
        {"optim/", "optimiser", std::regex(R"(\bclass (\w+) : public Optimizer\b)"),
         "optim/detail/all_optimizers.hpp",
         [](const std::string& name) { return std::regex("OptimizerEntry<" + name + ","); }},
        {"optim/", "schedule", std::regex(R"((?:^|\n)(?:LearningRate|Scheduled) (\w+)\()"),
         "optim/configs.cpp",
         [](const std::string& name) { return std::regex("\\{\"" + name + "\"\\}"); }},
        {"nn/losses/", "loss",
         std::regex(R"((?:^|\n)(?:Loss ([A-Z]\w+)\(|extern const Loss (\w+);))"),
         "nn/losses/detail/all_losses.hpp", as_word},
        {"nn/metrics/", "metric",
         std::regex(R"((?:^|\n)(?:Metric ([A-Z]\w+)\(|extern const Metric (\w+);))"),
         "nn/metrics/detail/all_metrics.hpp", as_word},
    };
    return all;
}

// PyTorch's forms lie in a namespace of their own.
std::string qualified(const std::string& text, const std::smatch& found, const Kind& kind) {
    const std::string name = found[1].matched ? found[1] : found[2];
    if (kind.what != "optimiser") return name;
    const std::size_t begin = text.find("namespace torch {"), end = text.find("// namespace torch");
    const auto at = static_cast<std::size_t>(found.position());
    return begin < at && at < end ? "torch::" + name : name;
}

// The bodies of the functions that state the fields of a struct.
std::string fields_of(const std::string& text, const std::string& name) {
    const std::size_t begin = text.find("FieldsOf<" + name + "> auto");
    if (begin == std::string::npos) return "";
    return text.substr(begin, text.find("\n}", begin) - begin);
}

}  // namespace

Complaints tables_are_whole(const Tree& tree) {
    Complaints complaints;
    for (const Kind& kind : kinds()) {
        const std::string table = text_of(tree, kind.table);
        for (const File& file : tree) {
            if (!lies_in(file, kind.folder)) continue;
            // Comments stay: the end of a namespace is known by one.
            for (const std::smatch& found : all_of(kind.declared, file.text)) {
                const std::string name = qualified(file.text, found, kind);
                if (!std::regex_search(table, kind.listed(name)))
                    complaints.push_back(file.path + ": the " + kind.what + " " + name +
                                         " can't be saved, it is not in " + kind.table);
            }
        }
    }
    return complaints;
}

Complaints options_are_stated(const Tree& tree) {
    static const std::regex structs(R"(\bstruct (\w+Options) \{\n([^{}]|\{[^{}]*\})*\n\};)"),
        members(R"(\n\s+(?:std::\w+<[^;=]*>|[\w:]+) (\w+) =)");
    const std::string steps = text_of(tree, "optim/optimizer.hpp");
    Complaints complaints;
    for (const std::string folder : {"optim/", "nn/losses/", "nn/metrics/"}) {
        for (const File& file : tree) {
            if (!lies_in(file, folder)) continue;
            std::string text = without_comments(file.text);
            text = std::regex_replace(text, std::regex("[ ]+\n"), "\n");
            for (const std::smatch& found : all_of(structs, text)) {
                std::string fields =
                    fields_of(text.substr(static_cast<std::size_t>(found.position())), found[1]);
                if (fields.find("visit_step_fields") != std::string::npos) fields += steps;
                const std::string own = found.str();
                for (const std::smatch& member : all_of(members, own)) {
                    const std::string name = member[1];
                    if (fields.find('"' + name + '"') == std::string::npos &&
                        fields.find("_" + name + "(fields") == std::string::npos)
                        complaints.push_back(file.path + ": the option " + name + " of " +
                                             found[1].str() + " is not in its visit_fields");
                }
            }
        }
    }
    return complaints;
}

}  // namespace shikumi_test
