// frameworks write FOLDER [WORD]: writes a model with each layer, and 200 random stacks of layers,
// in every format, with inputs, outputs and the next steps of training, for other frameworks to
// open; only those with WORD in their names.
// frameworks read FOLDER: reads what other frameworks have written in the same way, and compares.
// frameworks trips: writes the same models in every format and reads them back; predictions are the
// same to the bit. What a format doesn't hold is refused by the layer's name: left out.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

#include "exchange/formats_of_models.hpp"
#include "models.hpp"
#include "support/case_program.hpp"
#include "support/temporary.hpp"

namespace shikumi::exchange {

namespace {

namespace fs = std::filesystem;

int write_all(const fs::path& folder, const std::string& word) {
    shikumi_test::CaseCounts counts;
    std::size_t number = 0;
    for (const auto& [name, make] : all_models()) {
        const std::size_t its = number++;
        if (name.find(word) == name.npos) continue;
        counts.run(name, [&, &name = name, &make = make] {
            const fs::path place = folder / name;
            fs::create_directories(place);
            std::ofstream(place / "facts.json") << write_model(make(), its, place).dump(1) << '\n';
        });
    }
    std::cout << "ours: " << counts.passed << " passed, " << counts.failed << " failed, "
              << counts.skipped << " skipped\n";
    return counts.failed == 0 ? 0 : 1;
}

void read_one(const fs::path& facts, shikumi_test::CaseCounts& counts) {
    const fs::path folder = facts.parent_path();
    std::ifstream in(facts);
    const json known = json::parse(in);
    for (const std::string file : known.at("files"))
        counts.run(folder.filename().string() + '/' + file, [&] {
            (file.ends_with(".onnx") ? compare_onnx : compare_file)(folder, file, known);
        });
}

int make_round_trips() {
    shikumi_test::CaseCounts counts;
    const shikumi_test::TemporaryFolder folder;
    for (const auto& [name, make] : all_models()) {
        const Exchanged exchanged = make();
        for (const std::string& file : model_files())
            counts.run(name + '/' + file,
                       [&] { make_round_trip(exchanged, (folder.path() / file).string()); });
    }
    std::cout << counts.passed << " passed, " << counts.failed << " failed, " << counts.skipped
              << " skipped\n";
    return counts.failed == 0 ? 0 : 1;
}

}  // namespace

}  // namespace shikumi::exchange

int main(int argc, char** argv) {
    const std::string what = argc > 1 ? argv[1] : "";
    try {
        if (what == "trips" && argc == 2) return shikumi::exchange::make_round_trips();
        if (what == "write" && (argc == 3 || argc == 4))
            return shikumi::exchange::write_all(argv[2], argc == 4 ? argv[3] : "");
    } catch (const std::exception& e) {
        std::cerr << "frameworks: " << e.what() << '\n';
        return 2;
    }
    if (what != "read" || argc != 3) {
        std::cerr << "usage: frameworks write FOLDER [WORD], frameworks read FOLDER, or frameworks "
                     "trips\n";
        return 2;
    }
    const auto is_facts = [](const std::filesystem::path& path) {
        return path.filename() == "facts.json";
    };
    return shikumi_test::run_cases("frameworks", "facts.json", argc - 1, argv + 1, is_facts,
                                   shikumi::exchange::read_one);
}
